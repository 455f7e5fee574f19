"""The form of an EncryptionConfiguration, as Go's decoder takes it: `null` is what is not there."""

from collections.abc import Sequence
from typing import Any

from secretkit.encryption import configuration_faults as faults
from secretkit.encryption.masking import called
from secretkit.finding import Finding, closest
from secretkit.load.scalars import kind
from secretkit.text import Path, Place

_INT32 = 2**31


class Form:
    """Takes values out of a tree, and keeps what is wrong with their types and names."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._misspelled: set[tuple[Path, str]] = set()  # a mapping, and the field that is meant

    def mapping(self, value: Any, at: Place, what: str, known: Sequence[str]) -> dict[str, Any]:
        """The fields of a mapping; empty where it is none."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._wrong(value, at, "a mapping")
            return {}
        for name in value:
            if name not in known:
                self._unknown(at, what, name, known)
        return {name: value[name] for name in known if name in value}

    def items(self, value: Any, at: Place) -> list[Any]:
        """The items of a list; none where it is no list."""
        if isinstance(value, list):
            return value
        if value is not None:
            self._wrong(value, at, "a list")
        return []

    def text(self, value: Any, at: Place) -> str:
        """A text; an empty one where it is something else."""
        if isinstance(value, str):
            return value
        if value is not None:
            self._wrong(value, at, "a text")
        return ""

    def number(self, value: Any, at: Place) -> int | None:
        """A whole number that fits 32 bits."""
        if isinstance(value, int) and not isinstance(value, bool) and -_INT32 <= value < _INT32:
            return value
        if value is not None:
            self._wrong(value, at, "a whole number of 32 bits")
        return None

    def missing(self, at: Place, what: str, field: str, mend: str) -> None:
        """A finding on a field that a mapping does not have, or has empty."""
        if (at.path, field) not in self._misspelled:
            found = faults.MISSING.at(at / field, what=what, field=field, mend=mend)
            self.findings.append(found)

    def _wrong(self, value: Any, at: Place, wanted: str) -> None:
        field = next(step for step in reversed(("file", *at.path)) if isinstance(step, str))
        mend = (
            "quote it"
            if wanted == "a text" and not isinstance(value, dict | list)
            else f"write {wanted}"
        )
        found = faults.FORM.at(at, field=field, found=kind(value), wanted=wanted, mend=mend)
        self.findings.append(found)

    def _unknown(self, at: Place, what: str, name: str, known: Sequence[str]) -> None:
        near = closest(name, known)
        self._misspelled |= {(at.path, field) for field in known if f"`{field}`" in near}
        names = ", ".join(f"`{field}`" for field in known)
        mend = f"drop it: there is {names}{near}" if known else "drop it: it has no fields"
        is_shown = called(name) == f"`{name}`"
        place, field = (at / name).key if is_shown else at, called(name)[1:-1]
        self.findings.append(faults.FIELD.at(place, field=field, what=what, mend=mend))
