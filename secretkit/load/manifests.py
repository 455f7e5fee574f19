"""Text of others to Kubernetes objects, read as kubectl does: many documents, lists opened."""

import base64
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from secretkit.finding import Rejected
from secretkit.load import NO_KEY, Reader, faults, manifest_faults
from secretkit.load.go_scalars import resolve
from secretkit.load.scalars import kind
from secretkit.text import Source, Span

_LONGEST_KEY = 800  # a longer one needs YAML's explicit form, and no field of Kubernetes takes it
_CORE = "tag:yaml.org,2002:"
_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,), "float": (int, float), "bool": (bool,), "null": (type(None),)
}  # fmt: skip
_MERGE = object()  # stands for the key `<<` while its value is awaited


class Manifest(NamedTuple):
    """An object of a file, and where it begins there."""

    body: dict[str, Any]
    span: Span


def load_manifests(source: Source) -> tuple[Manifest, ...]:
    """The objects of a file, those of a List by themselves.

    Raises Rejected with all that kubectl would not take; also with a key that stands twice, of which
    kubectl takes the last without a word.
    """
    reader = _Manifests(source)
    reader.read()
    found = tuple(reader.objects())
    if reader.findings:
        raise Rejected(reader.findings)
    return found


def load_documents(source: Source) -> tuple[tuple[Any, Span], ...]:
    """The documents of a file as they are, empty ones too, each with where it begins.

    Raises Rejected as `load_manifests` does, but for what is no object.
    """
    reader = _Manifests(source)
    reader.read()
    if reader.findings:
        raise Rejected(reader.findings)
    return tuple(reader.read_documents)


def load_one(source: Source) -> Any:
    """The one document of a file that a component of Kubernetes reads as its own.

    Raises Rejected with all that it would not take; also with a second document, of which it takes
    the first without a word.
    """
    reader = _Manifests(source, many=False)
    reader.read()
    if reader.findings:
        raise Rejected(reader.findings)
    return reader.value


class _Manifests(Reader):
    """The reader of our own files, with kubectl's scalars, tags, merge keys and documents."""

    def __init__(self, source: Source, *, many: bool = True) -> None:
        super().__init__(source)
        self._many = many
        self._rows = source.text.split("\n")
        self.read_documents: list[tuple[Any, Span]] = []
        self._begin = Span(source, 1, 1, 1, 1)
        self._spans: dict[int, Span] = {}  # of the outer mappings, by identity
        self._merged: dict[int, set[str]] = {}  # by depth: keys that `<<` brought

    def take(self, event: Any) -> None:
        import yaml

        match event:
            case yaml.DocumentStartEvent() if self._many:
                self.value, self._anchors = None, {}
                return
            case yaml.DocumentEndEvent():
                self.read_documents.append((self.value, self._begin))
                return
            case yaml.NodeEvent() if not self._stack:
                self._begin = self._row(event)
        super().take(event)
        if isinstance(event, yaml.MappingStartEvent):
            self._merged.pop(len(self._stack), None)
            if len(self._stack) <= 3:  # a document, or an item of its list
                self._spans[id(self._stack[-1].value)] = self._row(event)

    def objects(self) -> Iterator[Manifest]:
        """The objects of all documents; a finding where one is none."""
        for body, span in self.read_documents:
            if body is not None:
                yield from self._opened(body, span)

    def _opened(self, body: Any, span: Span) -> Iterator[Manifest]:
        reason = _no_object(body)
        if reason:
            self.findings.append(manifest_faults.OBJECT.at(span, reason=reason))
        elif body["kind"].endswith("List") and isinstance(body.get("items"), list):
            for item in body["items"]:
                yield from self._opened(item, self._spans.get(id(item), span))
        else:
            yield Manifest(body, span)

    def _row(self, event: Any) -> Span:
        """From where something begins to the end of that line."""
        line, column = event.start_mark.line, event.start_mark.column
        row = self._rows[line] if line < len(self._rows) else ""
        return Span(
            self.source, line + 1, column + 1, line + 1, max(len(row.rstrip()) + 1, column + 2)
        )

    def _scalar(self, event: Any) -> None:
        self._count(event)
        is_plain = event.tag is None and not event.style
        is_key = self._expects_key()
        if is_plain and is_key and event.value == "<<":
            self._keys[-1] = _MERGE
            return
        value = resolve(event.value) if is_plain else self._tagged(event)
        if isinstance(value, float) and not math.isfinite(value):
            self._refuse(event, "an infinite number")
        if is_key:
            value = self._as_key(value, event)
        self._put(value, event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)

    def _tag(self, event: Any) -> None:
        """What is tagged keeps its form; scalars are treated by `_tagged`."""

    def _tagged(self, event: Any) -> Any:
        """A scalar that is quoted or tagged: a text, unless its tag says otherwise."""
        tag = (event.tag or "").removeprefix(_CORE)
        if tag in _TYPES:
            value = resolve(event.value)
            is_bool = isinstance(value, bool)
            if not isinstance(value, _TYPES[tag]) or is_bool != (tag == "bool"):
                self._refuse(event, f"`!!{tag}` before {kind(value)}")
            return value
        if tag != "binary":
            return event.value
        try:
            return base64.b64decode(event.value).decode()
        except ValueError:
            self._refuse(event, "`!!binary` before what is no text in base64")
            return ""

    def _refuse(self, event: Any, what: str) -> None:
        self.findings.append(manifest_faults.VALUE.at(self._span(event), what=what))

    def _as_key(self, value: Any, event: Any) -> str:
        """The key as JSON has it: numbers and booleans as texts."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        if not isinstance(value, str):
            at, quoted = self._span(event), f'"{event.value}"'
            self.findings.append(faults.KEY.at(at, what=kind(value), quoted=quoted))
            return str(event.value)
        if len(ascii(value)) + value.count('"') > _LONGEST_KEY:
            limit = f"{_LONGEST_KEY} characters in a key"
            self.findings.append(faults.LIMIT.at(self._span(event), limit=limit))
        return value

    def _put(self, value: Any, event: Any) -> None:
        # A component that reads its own file is strict: there a field over a merged one stands twice.
        merged = self._merged.get(len(self._stack), set()) if self._many else set()
        if self._keys and self._keys[-1] is _MERGE:
            self._merge(value, event)
            self._keys[-1] = NO_KEY
        elif self._expects_key() and isinstance(value, str) and value in merged:
            merged.discard(value)
            self._keys[-1] = value
        else:
            super()._put(value, event)

    def _merge(self, value: Any, event: Any) -> None:
        """What `<<` brings stands over what came before it, and under what comes after it.

        Of several mappings the first wins. So does yaml.v2, on which kubectl rests.
        """
        parents = value if isinstance(value, list) else [value]
        if not all(isinstance(parent, dict) for parent in parents):
            self._refuse(event, "`<<` with something else than mappings")
            return
        merged = self._merged.setdefault(len(self._stack), set())
        for parent in reversed(parents):
            if not self._many:
                twice = [key for key in parent if key in self._stack[-1].value]
                at = self._span(event)
                self.findings += [faults.DUPLICATE.at(at, key=key) for key in twice]
            self._stack[-1].value.update(parent)
            merged.update(parent)


def _no_object(body: Any) -> str | None:
    if not isinstance(body, dict):
        return f"it is {kind(body)}"
    for field in ("apiVersion", "kind"):
        if not isinstance(body.get(field), str) or not body[field]:
            return f"it has no `{field}`"
    return None
