"""Findings as SARIF 2.1.0, as GitHub's code scanning takes it."""

import json
import re
from collections.abc import Sequence
from typing import Any, TextIO
from urllib.parse import quote

from secretkit import __version__
from secretkit.report import Format, Spot, fingerprint

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_MOST = 25_000  # results of one run that GitHub takes
_LONGEST = 1024


def write(spots: Sequence[Spot], out: TextIO, colour: bool) -> None:  # noqa: ARG001
    first = sorted(spots, key=lambda spot: list(_LEVELS).index(spot.severity))[:_MOST]
    kinds = {spot.finding.code: spot for spot in reversed(first)}
    codes = sorted(kinds)
    marks: dict[str, int] = {}
    run = {
        "tool": {
            "driver": {
                "name": "secretkit",
                "semanticVersion": __version__,
                "rules": [_rule(kinds[code]) for code in codes],
            }
        },
        "automationDetails": {"id": "secretkit/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(spot, codes.index(spot.finding.code), marks) for spot in first],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    document = {"$schema": schema, "version": "2.1.0", "runs": [run]}
    json.dump(document, out, indent=2, ensure_ascii=True)
    out.write("\n")


def _rule(spot: Spot) -> dict[str, Any]:
    finding = spot.finding
    title = re.sub(r"\{(\w+)\}", lambda field: field[1].upper(), spot.title) or finding.message
    return {
        "id": finding.code,
        "shortDescription": {"text": title[:_LONGEST]},
        "fullDescription": {"text": finding.why[:_LONGEST]},
        "help": {"text": f"Why: {finding.why}. Fix: {finding.fix}."},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
    }


def _result(spot: Spot, index: int, marks: dict[str, int]) -> dict[str, Any]:
    span = spot.span
    mark = fingerprint(spot.finding, span.source.name)
    marks[mark] = marks.get(mark, 0) + 1
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    place = {
        "artifactLocation": {"uri": quote(span.source.name, errors="replace")},
        "region": region,
    }
    return {
        "ruleId": spot.finding.code,
        "ruleIndex": index,
        "level": _LEVELS[spot.severity],
        "message": {"text": f"{spot.finding.message}. Fix: {spot.finding.fix}."},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"primaryLocationLineHash": f"{mark}:{marks[mark]}"},
    }


FORMAT = Format(name="sarif", write=write, titles=True)
