"""Findings as JUnit XML: a case each, and one that passes where there is none."""

import re
from collections.abc import Sequence
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from secretkit.report import Format, Spot, summary

# What XML 1.0 has no way to write.
_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(spots: Sequence[Spot], out: TextIO, colour: bool) -> None:  # noqa: ARG001
    counts = summary(spots)
    failed = counts["errors"] + counts["warnings"]
    total = max(len(spots), 1)
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n')
    out.write(
        f'<testsuite name="secretkit" tests="{total}" failures="{failed}" errors="0" '
        f'skipped="0" time="0">\n'
    )
    names: dict[str, int] = {}
    for spot in spots:
        out.write(_case(spot, names))
    if not spots:
        out.write('<testcase classname="secretkit" name="no finding" time="0"/>\n')
    out.write("</testsuite>\n</testsuites>\n")


def _case(spot: Spot, names: dict[str, int]) -> str:
    finding, span = spot.finding, spot.span
    name = f"{finding.code} {finding.message}"
    key = f"{span.source.name}\0{name}"
    count = names[key] = names.get(key, 0) + 1  # GitLab takes cases of one name for one
    name = name if count == 1 else f"{name} ({count})"
    case = (
        f"<testcase classname={_attribute(span.source.name)} name={_attribute(name)} "
        f'file={_attribute(span.source.name)} time="0">'
    )
    if spot.severity == "info":
        return f"{case}</testcase>\n"
    place = f"{span.source.name}:{span.line}:{span.column}"
    text = f"{place}: {finding.message}\nwhy: {finding.why}\nfix: {finding.fix}"
    return (
        f"{case}<failure type={_attribute(spot.severity)} message={_attribute(finding.message)}>"
        f"{escape(_legal(text))}</failure></testcase>\n"
    )


def _attribute(text: str) -> str:
    return quoteattr(_legal(text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)


FORMAT = Format(name="junit", write=write)
