"""Findings as one JSON object, for programs."""

import json
from collections.abc import Sequence
from typing import TextIO

from secretkit.report import Format, Spot, fingerprint, summary


def write(spots: Sequence[Spot], out: TextIO, colour: bool) -> None:  # noqa: ARG001
    findings = [
        {
            "code": spot.finding.code,
            "severity": spot.finding.severity,
            "message": spot.finding.message,
            "file": spot.span.source.name,
            "line": spot.span.line,
            "column": spot.span.column,
            "endLine": spot.span.end_line,
            "endColumn": spot.span.end_column,
            "why": spot.finding.why,
            "fix": spot.finding.fix,
            "fingerprint": fingerprint(spot.finding, spot.span.source.name),
        }
        for spot in spots
    ]
    json.dump({"findings": findings, "summary": summary(spots)}, out, indent=2, ensure_ascii=False)
    out.write("\n")


FORMAT = Format(name="json", write=write)
