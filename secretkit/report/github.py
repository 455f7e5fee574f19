"""Findings as annotations of GitHub Actions, errors first, since only the first ten of each are shown."""

from collections.abc import Sequence
from typing import TextIO

from secretkit.report import Format, Spot, summary

_WORDS = {"error": "error", "warning": "warning", "info": "notice"}


def write(spots: Sequence[Spot], out: TextIO, colour: bool) -> None:  # noqa: ARG001
    for spot in sorted(spots, key=lambda one: list(_WORDS).index(one.severity)):
        span = spot.span
        fields = {
            "file": span.source.name,
            "line": span.line,
            "endLine": span.end_line,
            "col": span.column,
            "endColumn": span.end_column,
            "title": spot.finding.code,
        }
        said = ",".join(f"{name}={_property(str(value))}" for name, value in fields.items())
        text = f"{spot.finding.message}\nfix: {spot.finding.fix}"
        out.write(f"::{_WORDS[spot.severity]} {said}::{_message(text)}\n")
    counts = summary(spots)
    out.write(", ".join(f"{count} {name}" for name, count in counts.items()) + "\n")


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


FORMAT = Format(name="github", write=write)
