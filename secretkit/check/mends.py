"""What a value of the wrong form was meant to be: imported only where a finding needs it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from secretkit.fragment import DURATION, LABEL, NAME, VARIABLE
from secretkit.load.scalars import written
from secretkit.schema.app import MODE, MOUNT_PATH, SECRET_KEY

_DAYS = {"d": 24, "day": 24, "days": 24, "w": 168, "week": 168, "weeks": 168}
_UNITS = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m",
    "minutes": "m", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
}  # fmt: skip


def meant(pattern: str, value: Any, fits: Callable[[str], bool]) -> str:
    """The value as the field takes it, written as it stands in a file; empty where none is near."""
    plain = pattern.removesuffix(f"|{VARIABLE}")
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    if plain == MODE:
        found = _modes(str(value).strip())
    elif plain.endswith(DURATION):
        found = _durations(str(value).strip(), can_be_once=plain != DURATION)
    elif isinstance(value, str) and plain == MOUNT_PATH:
        found = iter((f"/{value.lstrip('/')}",))
    elif isinstance(value, str) and plain == SECRET_KEY:
        found = iter((re.sub("[./:]", "#", value, count=1),))
    elif isinstance(value, str) and plain in (NAME, LABEL):
        found = names(value)
    else:
        found = iter(())
    return next((written(text) for text in found if fits(text)), "")


def _modes(text: str) -> Iterator[str]:
    """An octal mode in its usual spellings, or the decimal number that the API's JSON has."""
    digits = text.removeprefix("0o").removeprefix("0O")
    octal = digits.rjust(4, "0") if re.fullmatch("[0-7]{3,4}", digits) else ""
    decimal = f"{int(text):04o}" if re.fullmatch("[0-9]{1,3}", text) else ""
    yield from (mode for mode in (octal, decimal) if _is_usual(mode))
    yield from (octal, decimal)


def _is_usual(mode: str) -> bool:
    """Whether a mode is one of a file that is read: nobody may more than those before them."""
    return re.fullmatch("0(44[04]|400|600|64[04]|66[046])", mode) is not None


def _durations(text: str, *, can_be_once: bool) -> Iterator[str]:
    """Seconds without a unit, units by their English names, days and weeks."""
    if re.fullmatch("0+", text):
        yield from ("once",) if can_be_once else ()
    elif text.isascii() and text.isdigit():
        yield _short(int(text))
    number = re.fullmatch("([0-9]+) *([A-Za-z]+)", text)
    unit = number[2].lower() if number else ""
    if number and unit in _DAYS:
        yield f"{int(number[1]) * _DAYS[unit]}h"
    elif number:
        yield number[1] + _UNITS.get(unit, unit)
    near = {"onchange": "onChange", "once": "once"}.get(text.lower())
    yield from (near,) if near else ()


def _short(seconds: int) -> str:
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def names(text: str) -> Iterator[str]:
    """A name with what its form may forbid replaced, the least changed first."""
    dashed = re.sub("[^A-Za-z0-9.-]+", "-", text).strip("-.")
    as_variable = re.sub("[^A-Za-z0-9]+", "_", text).strip("_")
    yield from (as_variable,) if text.isupper() else ()
    yield from (dashed, dashed.lower(), dashed.lower().replace(".", "-"), as_variable)
