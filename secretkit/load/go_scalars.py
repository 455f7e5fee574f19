"""Plain scalars, as kubectl's YAML parser reads them: YAML 1.1 as Go's yaml.v2 knows it.

It differs from PyYAML's: `y` and `n` are booleans, `0o17` and `1e3` are numbers, and `12:30:45` is
a text. Dates are texts, since JSON has none.
"""

import math
import re
from typing import Any

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(
        ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False
    ),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}  # fmt: skip
_BASES = (
    (re.compile(r"[-+]?0[bB]([01]+)"), 2),
    (re.compile(r"0b[-+]([01]+)"), 2),  # yaml.v2 cuts `0b` off and parses the rest, its sign too
    (re.compile(r"[-+]?0[xX]([0-9a-fA-F]+)"), 16),
    (re.compile(r"[-+]?0[oO]?([0-7]+)"), 8),
    (re.compile(r"[-+]?(0|[1-9][0-9]*)"), 10),
)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
# After a dot Go's own rule holds: an underscore stands between digits.
_FRACTION = re.compile(r"\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+(_[0-9]+)*)?")
_LEAST, _MOST = -(2**63), 2**64 - 1
_WHOLE = 1e21  # from here on Go writes a float with an exponent


def resolve(text: str) -> Any:
    """The value of a plain scalar, a whole float as the integer that JSON makes of it."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    if text[0] == "." and not _FRACTION.fullmatch(text):
        return text
    plain = text.replace("_", "")
    whole = _whole(plain)
    if whole is not None:
        return whole
    if _FLOAT.fullmatch(plain):
        number = float(plain)
        if math.isinf(number):
            return text
        return int(number) if number.is_integer() and abs(number) < _WHOLE else number
    return text


def _whole(text: str) -> int | None:
    for form, base in _BASES:
        if found := form.fullmatch(text):
            digits = found[1]
            if len(digits) > 64:  # more than 64 bits in any base, but for leading zeros
                digits = digits.lstrip("0") or "0"
            number = int(digits, base) if len(digits) <= 64 else _MOST + 1
            number = -number if "-" in text else number
            return number if _LEAST <= number <= _MOST else None
    return None
