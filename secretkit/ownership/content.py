"""What a file in an output folder holds, as far as that can be told safely.

Somebody may have edited it, so it is no more to be trusted than an input.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

MOST_BYTES = 4 * 1024 * 1024
_MOST_DEPTH = 100
_ESCAPED = '{{ "{{" }}'  # how a chart writes `{{`


class Content(NamedTuple):
    """A text and the documents in it."""

    text: str
    documents: tuple[Any, ...]

    @property
    def objects(self) -> Iterator[dict[str, Any]]:
        """The objects of all documents, those of a list by themselves."""
        for body in self.documents:
            items = body.get("items") if isinstance(body, dict) else None
            for one in items if isinstance(items, list) else [body]:
                if isinstance(one, dict):
                    yield one

    @property
    def has_secret(self) -> bool:
        return any(one.get("kind") == "Secret" for one in self.objects)


def parsed(content: bytes, path: str) -> Content | None:
    """The documents; None where they cannot be read without risk, as with aliases or deep nesting."""
    import yaml

    if len(content) > MOST_BYTES:
        return None
    try:
        text = content.decode()
        if is_chart(path):
            text = text.replace(_ESCAPED, "{{")
        if text.startswith("\ufeff") or not _is_plain(text):
            return None
        return Content(text, tuple(yaml.load_all(text, Loader=yaml.CSafeLoader)))
    except (yaml.YAMLError, ValueError, OverflowError):
        return None


def is_chart(path: str) -> bool:
    """Whether Helm reads the file as a template."""
    return path.split("/")[1:2] == ["templates"]


def _is_plain(text: str) -> bool:
    """Whether the text is neither deep, which the parser's C stack would not survive, nor a bomb."""
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MOST_DEPTH or isinstance(event, yaml.AliasEvent):
            return False
    return True
