"""Findings as a compiler prints them."""

from collections.abc import Sequence
from typing import TextIO

from secretkit.report import Format, Spot, summary

_COLOURS = {"error": "1;31", "warning": "1;33", "info": "1;36", "frame": "1;34", "bold": "1"}


def write(spots: Sequence[Spot], out: TextIO, colour: bool) -> None:
    for spot in spots:
        out.write("\n".join(_lines(spot, colour)) + "\n\n")
    counts = summary(spots)
    parts = [
        f"{counts[name]} {name[:-1] if counts[name] == 1 else name}"
        for name in ("errors", "warnings", "infos")
        if counts[name]
    ]
    if parts:
        out.write(", ".join(parts) + "\n")


def _lines(spot: Spot, colour: bool) -> list[str]:
    def paint(text: str, name: str) -> str:
        return f"\x1b[{_COLOURS[name]}m{text}\x1b[0m" if colour else text

    finding, span = spot.finding, spot.span
    gutter = " " * len(str(span.line))
    bar = paint("|", "frame")
    head = paint(f"{finding.severity}[{finding.code}]", finding.severity)
    lines = [
        f"{head}: {paint(_clean(finding.message), 'bold')}",
        f"{gutter}{paint('-->', 'frame')} {span.source.name}:{span.line}:{span.column}",
    ]
    row, start, end = _clean(spot.excerpt.text), spot.excerpt.start, spot.excerpt.end
    if row.strip():
        marks = " " * start + "^" * (end - start) if start < len(row) else ""
        lines += [
            f"{gutter} {bar}",
            f"{paint(str(span.line), 'frame')} {bar} {row}",
            f"{gutter} {bar} {paint(marks, finding.severity)}".rstrip(),
        ]
    equals = paint("=", "frame")
    for also in spot.also:
        lines.append(f"{gutter} {equals} also: {also.source.name}:{also.line}:{also.column}")
    lines.append(f"{gutter} {equals} why: {_clean(finding.why)}")
    lines.append(f"{gutter} {equals} fix: {_clean(finding.fix)}")
    return lines


def _clean(text: str) -> str:
    """Without control characters, so that an input cannot drive the terminal."""
    return "".join(c if c.isprintable() or c == " " else "\N{REPLACEMENT CHARACTER}" for c in text)


FORMAT = Format(name="text", write=write)
