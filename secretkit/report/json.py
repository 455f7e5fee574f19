"""Findings as one JSON object, for programs."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import TextIO

from secretkit.report import Format, Spot, summary


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
            "fingerprint": fingerprint(spot),
        }
        for spot in spots
    ]
    json.dump({"findings": findings, "summary": summary(spots)}, out, indent=2, ensure_ascii=False)
    out.write("\n")


def fingerprint(spot: Spot) -> str:
    """Stays the same while lines move: made of code, file and message, never of a line or a value."""
    finding = spot.finding
    text = "\0".join((finding.code, spot.span.source.name, finding.message))
    return sha256(text.encode()).hexdigest()[:16]


FORMAT = Format(name="json", write=write)
