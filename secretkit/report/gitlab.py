"""Findings as a report of GitLab's Code Quality."""

import json
from collections.abc import Sequence
from typing import TextIO

from secretkit.report import Format, Spot, fingerprint

_SEVERITIES = {"error": "critical", "warning": "minor", "info": "info"}


def write(spots: Sequence[Spot], out: TextIO, colour: bool) -> None:  # noqa: ARG001
    marks: dict[str, int] = {}
    rows = []
    for spot in spots:
        mark = fingerprint(spot.finding, spot.span.source.name)
        count = marks[mark] = marks.get(mark, 0) + 1  # GitLab takes equal ones for one finding
        rows.append(
            {
                "description": f"{spot.finding.message}. Fix: {spot.finding.fix}.",
                "check_name": spot.finding.code,
                "fingerprint": mark if count == 1 else f"{mark}-{count}",
                "severity": _SEVERITIES[spot.severity],
                "location": {"path": spot.span.source.name, "lines": {"begin": spot.span.line}},
            }
        )
    json.dump(rows, out, indent=2, ensure_ascii=True)
    out.write("\n")


FORMAT = Format(name="gitlab", write=write)
