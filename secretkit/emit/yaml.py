"""JSON trees as YAML text that YAML 1.1 and 1.2 parsers read alike, in kubectl's layout."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from secretkit.objects import Document

# Plain only what no parser can take for anything else: no leading digit, sign or dot, no colon.
_PLAIN = re.compile(r"[A-Za-z_/][-A-Za-z0-9_./]*")
_WORDS = frozenset(
    word
    for base in ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf")
    for word in (base, base.capitalize(), base.upper())
)
_SHORT = 40
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_UNSAFE = re.compile(
    '[\\x00-\\x1f\\x7f-\\xa0\\u2028\\u2029\\ud800-\\udfff\\ufeff\\ufffe\\uffff"\\\\]'
)
_LITERAL_UNSAFE = re.compile(
    "[\\x00-\\x09\\x0b-\\x1f\\x7f-\\xa0\\u2028\\u2029\\ud800-\\udfff\\ufeff\\ufffe\\uffff]"
)


def scalar(value: Any) -> str:
    """A scalar that means itself in any YAML version."""
    match value:
        case str():
            return _short(value) if len(value) <= _SHORT else _text(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _float(value)
        case _:
            raise TypeError(f"not a scalar: {type(value).__name__}")


def _text(text: str) -> str:
    return text if is_plain(text) else quoted(text)


# Names, keys and labels come again and again: most of what is written. Values are longer or rare.
_short = lru_cache(maxsize=2048)(_text)


def is_plain(text: str) -> bool:
    """Whether a text can stand unquoted."""
    return _PLAIN.fullmatch(text) is not None and text not in _WORDS


def quoted(text: str) -> str:
    """A double quoted text, escaped as both YAML versions and JSON read it."""

    def escape(found: re.Match[str]) -> str:
        character = found[0]
        return _ESCAPES.get(character) or f"\\u{ord(character):04x}"

    return f'"{_UNSAFE.sub(escape, text)}"'


def _float(value: float) -> str:
    text = repr(value)
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("JSON knows no such number")
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    # YAML 1.1 wants a dot in the mantissa and a sign in the exponent.
    mantissa = mantissa if "." in mantissa else f"{mantissa}.0"
    return f"{mantissa}e{exponent if exponent[0] in '+-' else '+' + exponent}"


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, str):  # as most are
        return scalar(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def key(text: str) -> str:
    """A key of a mapping; a long one would need YAML's explicit form, so it is refused."""
    shown = scalar(text)
    if len(shown) > 1000:
        raise ValueError("a key above 1,000 characters")
    return shown


def field(name: str, value: Any, indent: int) -> str:
    """`name: value` and a line end, the value in block style below it where it has structure."""
    pad = " " * indent
    return f"{pad}{key(name)}:{_after(value, indent)}"


def _after(value: Any, indent: int) -> str:
    """What follows the colon of a field at `indent`."""
    if isinstance(value, str):  # as most are
        return _literal(value, indent + 2) if _is_literal(value) else f" {scalar(value)}\n"
    if isinstance(value, dict) and value:
        return "\n" + "".join(field(k, v, indent + 2) for k, v in value.items())
    if isinstance(value, list | tuple) and value:
        return "\n" + items(value, indent)
    return f" {flow(value)}\n"


def items(values: list[Any] | tuple[Any, ...], indent: int) -> str:
    """A block sequence, at the indent of its key, as kubectl writes it."""
    pad = " " * indent
    rows = []
    for value in values:
        if isinstance(value, dict) and value:
            body = "".join(field(k, v, indent + 2) for k, v in value.items())
            rows.append(f"{pad}- {body[indent + 2 :]}")
        elif isinstance(value, list | tuple) and value:
            rows.append(f"{pad}- {items(value, indent + 2)[indent + 2 :]}")
        elif isinstance(value, str) and _is_literal(value):
            rows.append(f"{pad}-{_literal(value, indent + 2)}")
        else:
            rows.append(f"{pad}- {flow(value)}\n")
    return "".join(rows)


def _is_literal(text: str) -> bool:
    """Whether a text of several lines reads well, and safely, as a block."""
    if "\n" not in text:
        return False
    lines = text.split("\n")
    # The first line sets the indent of a block, so that only later ones may have more.
    indented = lines[:1] if isinstance(text, Document) else lines
    return (
        lines[0] != ""
        and not text.endswith("\n\n")
        and not any(line[:1] == " " for line in indented)
        and not any(line != line.rstrip() for line in lines)
        and _LITERAL_UNSAFE.search(text) is None
    )


def _literal(text: str, indent: int) -> str:
    pad = " " * indent
    mark = "|" if text.endswith("\n") else "|-"
    lines = text.removesuffix("\n").split("\n")
    return f" {mark}\n" + "".join(f"{pad}{line}\n" if line else "\n" for line in lines)


def document(value: Mapping[str, Any]) -> str:
    """A mapping as a YAML document without its marker."""
    return "".join(field(k, v, 0) for k, v in value.items())
