"""An encrypted file of sops as a text: its form, and the servers that it names."""

import json
from collections.abc import Iterator
from typing import Any

from secretkit.lazy import lazily

# sops, cmd/sops/formats: all other names are binary.
_FORMS = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".env": "dotenv", ".ini": "ini"}
_ADDRESS = "vault_address"
_FLAT = lazily(r"^[^=\n]*vault_address[ \t]*=[ \t]*(.*?)[ \t]*$", 10)  # MULTILINE | IGNORECASE


class Unparsed(Exception):
    """The text is not of the form that its name says."""


def form_of(name: str) -> str:
    """The form of a file by its name: yaml, json, dotenv, ini or binary."""
    return next((form for ending, form in _FORMS.items() if name.endswith(ending)), "binary")


def vaults(content: bytes, form: str) -> Iterator[str]:
    """The address of every Vault that the file says its data key is with; raises Unparsed.

    Reads more than sops does, so that no spelling hides one: doubled keys, any case, any depth.
    """
    try:
        text = content.decode()
        match form:
            case "json" | "binary":
                pairs: list[tuple[str, Any]] = []
                json.loads(text, object_pairs_hook=pairs.extend)
            case "yaml":
                pairs = list(_yaml_pairs(text))
            case _:
                pairs = [(_ADDRESS, found[1].strip("\"'`")) for found in _FLAT.finditer(text)]
    except (ValueError, RecursionError):
        raise Unparsed from None
    yield from (str(value) for key, value in pairs if key.lower() == _ADDRESS)


def _yaml_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Each key that is a plain text with its value, which is empty where it is more than that."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        waiting = list(yaml.compose_all(text, Loader=loader))
    except yaml.YAMLError:
        raise Unparsed from None
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        match node:
            case yaml.MappingNode():
                for key, value in node.value:
                    if isinstance(key, yaml.ScalarNode):
                        is_plain = isinstance(value, yaml.ScalarNode)
                        yield key.value, value.value if is_plain else ""
                    waiting += (key, value)
            case yaml.SequenceNode():
                waiting += node.value
