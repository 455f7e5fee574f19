"""Plain scalars, as YAML 1.2's core schema reads them, and whether YAML 1.1 would differ."""

import json
import math
import re
from typing import Any

from secretkit.lazy import lazily

_INT = lazily(r"[-+]?[0-9]+")
_OCTAL = lazily(r"0o[0-7]+")
_HEX = lazily(r"0x[0-9a-fA-F]+")
_FLOAT = lazily(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = lazily(r"[-+]?\.(inf|Inf|INF)")
_WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip

# Forms that the YAML 1.1 types add or read otherwise (also those that Go's parsers still take).
_OLD_BOOL = lazily(r"y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF")
_OLD_INT = lazily(
    r"[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?0o[0-7_]+|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*"
    r"|[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+|0"
)
_OLD_FLOAT = lazily(
    r"[-+]?([0-9][0-9_]*)\.[0-9_]*([eE][-+][0-9]+)?|\.[0-9][0-9_]*([eE][-+][0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_OLD_DATE = lazily(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?([ \t]*(Z|[-+][0-9]{1,2}(:?[0-9]{2})?))?"
)
_SPECIAL = lazily(r"""^[-?:,\[\]{}#&*!|>'"%@` ]|: | #|[: ]$|\n""")
_MAYBE = frozenset("0123456789+-.~nNtTfFyYoO=<")


def resolve(text: str) -> Any:
    """The value of a plain scalar in YAML 1.2's core schema."""
    if text[:1] not in _MAYBE and text:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text) if len(text) < 4000 else float(text)
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    if _HEX.fullmatch(text):
        return int(text[2:], 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITE.fullmatch(text):
        return -math.inf if text[0] == "-" else math.inf
    return math.nan if text in (".nan", ".NaN", ".NAN") else text


def disagreement(text: str) -> tuple[str, str] | None:
    """What YAML 1.1 and YAML 1.2 take a plain scalar for, where they differ; else None."""
    if text[:1] not in _MAYBE or not text:
        return None
    new = kind(resolve(text))
    if _OLD_BOOL.fullmatch(text):
        return "a boolean", new
    if text == "=" or _OLD_DATE.fullmatch(text):
        return ("a default value" if text == "=" else "a date"), new
    if _OLD_INT.fullmatch(text):
        plain = new == "a number" and re.fullmatch(r"0|[-+]?[1-9][0-9]*|0x[0-9a-fA-F]+", text)
        return None if plain else (_base(text), new)
    if _OLD_FLOAT.fullmatch(text):
        return None if new == "a number" and "_" not in text else ("a number", new)
    return ("a string", new) if new == "a number" else None


def old_boolean(text: str) -> bool | None:
    """What a word of YAML 1.1 alone says, `yes` or `off`; None where it is none."""
    return text.lower() in ("y", "yes", "on") if _OLD_BOOL.fullmatch(text) else None


def _base(text: str) -> str:
    digits = text.lstrip("+-")
    if ":" in digits:
        return "a number to base 60"
    return {"0b": "a binary number", "0x": "a hexadecimal number"}.get(
        digits[:2], "an octal number" if digits[:1] == "0" else "a number"
    )


def written(text: str) -> str:
    """A text as it stands in a file: quoted where it would else be read as something else."""
    is_plain = resolve(text) == text and disagreement(text) is None and not _SPECIAL.search(text)
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def kind(value: Any) -> str:
    """What a value is, in the words of findings."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case dict():
            return "an object"
        case _:
            return "a list"
