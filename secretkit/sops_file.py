"""An encrypted file of sops as a text: its form, its values as they stand there, its keys.

sops goes where the file's `sops` section says, with the login of whoever decrypts. So the section is
read by an allow list: what is spelled otherwise than sops spells it is refused, since sops might read
more in it than is seen here (encoding/json folds case, YAML has tags and aliases, ini quotes keys).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

from secretkit.lazy import lazily

# sops, cmd/sops/formats: all other names are binary.
_FORMS = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".env": "dotenv", ".ini": "ini"}
_SECTION = "sops"
# sops 3.11, stores.Metadata; `hckms` came later.
_KINDS: Mapping[str, frozenset[str]] = {
    "age": frozenset({"recipient", "enc"}),
    "azure_kv": frozenset({"vault_url", "name", "version", "created_at", "enc"}),
    "gcp_kms": frozenset({"resource_id", "created_at", "enc"}),
    "hc_vault": frozenset({"vault_address", "engine_path", "key_name", "created_at", "enc"}),
    "hckms": frozenset({"key_id", "created_at", "enc"}),
    "kms": frozenset({"arn", "role", "context", "created_at", "enc", "aws_profile"}),
    "pgp": frozenset({"created_at", "enc", "fp"}),
}
_GROUPS = "key_groups"
_PLAIN = frozenset({
    "encrypted_comment_regex", "encrypted_regex", "encrypted_suffix", "lastmodified", "mac",
    "mac_only_encrypted", "shamir_threshold", "unencrypted_comment_regex", "unencrypted_regex",
    "unencrypted_suffix", "version",
})  # fmt: skip
_FLAT = lazily(
    r"(?:key_groups__list_(?:0|[1-9][0-9]{0,2})__map_)?"
    r"([a-z_]+?)__list_(?:0|[1-9][0-9]{0,2})__map_(context__map_[\w.:/@+= -]+|[a-z_]+)",
    re.ASCII,
)
_INI_LINE = lazily(r"([\w./@+-]+) *= ([^\s].*|)", re.ASCII)
# What a YAML emitter escapes and its readers may take for ends of lines.
_STRANGE = lazily("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


class Unparsed(Exception):
    """The text is not of the form that its name says."""


class NoSection(Exception):
    """The text has no `sops` section."""


class Unusual(Exception):
    """The text is not spelled as sops spells it; `what` says how, and quotes nothing."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


class Key(NamedTuple):
    """Something that opens the file's data key: `age`, `hc_vault`, and what the file says of it."""

    kind: str
    fields: Mapping[str, str]


class Encrypted(NamedTuple):
    """A file as it stands: mappings, lists and texts, which are ciphertext or lie in the clear."""

    values: Any
    keys: tuple[Key, ...]


def form_of(name: str) -> str:
    """The form of a file by its name: yaml, json, dotenv, ini or binary."""
    return next((form for ending, form in _FORMS.items() if name.endswith(ending)), "binary")


def read(content: bytes, form: str) -> Encrypted:
    """The file's values and keys; raises Unparsed, NoSection, or Unusual."""
    try:
        text = content.decode()
        match form:
            case "json" | "binary":
                return _json(text)
            case "yaml":
                return _yaml(text.removeprefix("\ufeff").replace("\r\n", "\n"))
            case "dotenv":
                return _dotenv(text)
            case _:
                return _ini(text)
    except (ValueError, RecursionError):
        raise Unparsed from None


class _Pairs(tuple[tuple[str, Any], ...]):
    """The fields of a mapping, doubled ones too."""

    __slots__ = ()


# --- what the section may say -----------------------------------------------------------------


def _keys(section: Any) -> Iterator[Key]:
    """The keys of a section of mappings; raises Unusual."""
    fields = _fields(section, {*_PLAIN, *_KINDS, _GROUPS})
    for name, value in fields.items():
        if name in _PLAIN:
            _text(value)
    yield from _of_group({name: fields[name] for name in fields if name in _KINDS})
    for group in _items(fields.get(_GROUPS)):
        yield from _of_group(_fields(group, set(_KINDS)))


def _of_group(group: Mapping[str, Any]) -> Iterator[Key]:
    for kind, listed in group.items():
        for one in _items(listed):
            said = _fields(one, _KINDS[kind])
            context = said.pop("context", None)
            if context is not None and not isinstance(context, _Pairs):
                raise Unusual("a value in it is not a text")
            for _, value in context or ():
                _text(value)
            yield Key(kind, {name: _text(value) for name, value in said.items()})


def _fields(node: Any, known: Iterable[str]) -> dict[str, Any]:
    if not isinstance(node, _Pairs):
        raise Unusual("it is not made of mappings and lists as sops makes them")
    fields: dict[str, Any] = dict(node)
    if len(fields) < len(node):
        raise Unusual("it has a key twice")
    if not fields.keys() <= set(known):
        raise Unusual("it has a key that sops does not write")
    return fields


def _items(node: Any) -> Iterable[Any]:
    if node is not None and not isinstance(node, list):
        raise Unusual("it is not made of mappings and lists as sops makes them")
    return node or ()


def _text(value: Any) -> str:
    if isinstance(value, str | int) or value is None:
        return str(value if value is not None else "")
    raise Unusual("a value in it is not a text")


def _flat_keys(pairs: Iterable[tuple[str, str]]) -> Iterator[Key]:
    """The keys of a section of one level, `hc_vault__list_0__map_enc`; raises Unusual."""
    found: dict[str, Key] = {}
    seen: set[str] = set()
    for name, value in pairs:
        if name in seen:
            raise Unusual("it has a key twice")
        seen.add(name)
        if name in _PLAIN:
            continue
        match = _FLAT.fullmatch(name)
        kind = match[1] if match else ""
        field, _, context = (match[2] if match else "").partition("__map_")
        if (
            field not in _KINDS.get(kind, ())
            or "__" in context
            or bool(context) != (field == "context")
        ):
            raise Unusual("it has a key that sops does not write")
        one = found.setdefault(name[: -len(match[2] if match else "")], Key(kind, {}))
        if not context:
            one.fields[field] = value.replace("\\n", "\n")  # type: ignore[index]
    yield from found.values()


# --- JSON, and the JSON that wraps a binary file ----------------------------------------------


def _json(text: str) -> Encrypted:
    top = json.loads(text, object_pairs_hook=_Pairs, parse_constant=_no_constant)
    if not isinstance(top, _Pairs):
        raise Unparsed
    # Go takes a field by any case, and folds the long s to `s`.
    found = [(name, value) for name, value in top if name.casefold() == _SECTION]
    if not found:
        raise NoSection
    if [name for name, _ in found] != [_SECTION]:
        raise Unusual("the file has several, or its name is spelled otherwise")
    return Encrypted(_plain(top), tuple(_keys(found[0][1])))


def _no_constant(_: str) -> NoReturn:
    raise ValueError


def _plain(node: Any) -> Any:
    match node:
        case _Pairs():
            return {name: _plain(value) for name, value in node}
        case list():
            return [_plain(item) for item in node]
    return node


# --- YAML ---------------------------------------------------------------------------------------


class _Scalar(NamedTuple):
    text: str
    style: str
    bare: bool  # without a tag


class _Collection(NamedTuple):
    items: list[Any]  # nodes, or pairs of them
    is_mapping: bool
    bare: bool  # without a tag, and a line for each item


def _yaml(text: str) -> Encrypted:
    import yaml

    if _STRANGE.search(text):
        raise Unusual("the file has characters that YAML escapes")
    keys: list[Key] = []
    values: list[Any] = []
    try:
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if event.version or event.tags:
                    raise Unusual("the file has a YAML directive")
                top = _node(next(events), events)
                keys += _keys(_bare(_section(top)))
                values.append(_unfolded(top))
    except yaml.YAMLError:
        raise Unparsed from None
    if not values:
        raise NoSection
    return Encrypted(values[0], tuple(keys))


def _node(event: Any, events: Iterator[Any]) -> _Scalar | _Collection:
    """The node that begins with an event, made of the events that follow it."""
    import yaml

    if event.anchor:  # sops writes each value out, so that none grows beyond the file
        raise Unusual("the file has an anchor or an alias")
    if isinstance(event, yaml.ScalarEvent):
        return _Scalar(event.value, event.style or "", event.tag is None)
    is_mapping = isinstance(event, yaml.MappingStartEvent)
    items: list[Any] = []
    while not isinstance(following := next(events), yaml.MappingEndEvent | yaml.SequenceEndEvent):
        item = _node(following, events)
        items.append((item, _node(next(events), events)) if is_mapping else item)
    is_block = not event.flow_style or not items
    return _Collection(items, is_mapping, event.tag is None and is_block)


def _section(top: _Scalar | _Collection) -> _Scalar | _Collection:
    """The section of a document."""
    if isinstance(top, _Scalar) or not top.is_mapping:
        raise NoSection
    found = []
    for key, value in top.items:
        # With a tag or a merge key the name that sops sees is another than what is written.
        if not isinstance(key, _Scalar) or not key.bare or key.text == "<<":
            raise Unusual("a key beside it has a tag, is no text or merges others")
        if key.text == _SECTION:
            found.append((key, value))
    if not found:
        raise NoSection
    if len(found) > 1 or found[0][0].style or not top.bare:
        raise Unusual("the file has several, or its name is spelled otherwise")
    section: _Scalar | _Collection = found[0][1]
    return section


def _unfolded(node: _Scalar | _Collection) -> Any:
    if isinstance(node, _Scalar):
        return node.text
    if node.is_mapping:
        return {key.text: _unfolded(at) for key, at in node.items if isinstance(key, _Scalar)}
    return [_unfolded(item) for item in node.items]


def _bare(node: _Scalar | _Collection) -> Any:
    """Pairs, lists and texts of a node in which all is written out; raises Unusual."""
    if not node.bare:
        raise Unusual("it has a tag, or a mapping or a list on one line")
    if isinstance(node, _Scalar):
        if not node.style and node.text in ("null", "~", ""):
            return None
        if node.style == ">" or not node.text.isascii():
            raise Unusual("a text in it is folded or has other letters than sops writes")
        return node.text
    if not node.is_mapping:
        return [_bare(item) for item in node.items]
    if any(not isinstance(key, _Scalar) or key.style or not key.bare for key, _ in node.items):
        raise Unusual("a key in it is quoted, or is no plain word")
    return _Pairs((key.text, _bare(value)) for key, value in node.items)


# --- dotenv and ini: one level ------------------------------------------------------------------


def _dotenv(text: str) -> Encrypted:
    prefix = f"{_SECTION}_"
    lines = [line.partition("=") for line in text.split("\n") if line and line[0] != "#"]
    if not all(equals for _, equals, _ in lines):
        raise Unparsed
    said = [
        (name.removeprefix(prefix), value) for name, _, value in lines if name.startswith(prefix)
    ]
    if not said:
        raise NoSection
    return Encrypted({name: value for name, _, value in lines}, tuple(_flat_keys(said)))


def _ini(text: str) -> Encrypted:
    lines = [line.strip(" \t\r") for line in text.split("\n")]
    found = [at for at, line in enumerate(lines) if _names_section(line.strip())]
    if not found:
        raise NoSection
    if len(found) > 1 or lines[found[0]] != f"[{_SECTION}]":
        raise Unusual("the file has several, or its name is spelled otherwise")
    said = []
    for line in filter(None, lines[found[0] + 1 :]):
        match = _INI_LINE.fullmatch(line)
        # Quotes and a backslash at the end may carry a value on into the next line.
        if not match or match[2][:1] in ('"', "`", "'") or line.endswith("\\"):
            raise Unusual(
                "a line in it is not `key = value`, as sops writes it at the end of the file"
            )
        said.append((match[1], match[2]))
    return Encrypted(_ini_values(lines[: found[0]]), tuple(_flat_keys(said)))


def _names_section(line: str) -> bool:
    """Whether go-ini might take a line for the section's head."""
    inside = line[1:]
    names = (inside.partition("]")[0], inside.rpartition("]")[0])
    return line.startswith("[") and any(name.strip().casefold() == _SECTION for name in names)


def _ini_values(lines: Iterable[str]) -> dict[str, dict[str, str]]:
    values: dict[str, dict[str, str]] = {}
    section = values.setdefault("DEFAULT", {})
    for line in lines:
        if line.startswith("["):
            section = values.setdefault(line[1:].rpartition("]")[0], {})
        elif line and line[0] not in "#;":
            name, _, value = line.partition("=")
            section[name.strip().strip("`\"'")] = value.strip()
    return values
