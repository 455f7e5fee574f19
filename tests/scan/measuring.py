"""What scanners find of the labelled tree: hits, misses and false alarms, by kind of place."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from corpus import Corpus, Label

from secretkit import scan


class Alarm(NamedTuple):
    """A finding of any scanner: lines from 1."""

    file: str
    first: int
    last: int


class Measured(NamedTuple):
    """How a scanner did; a value counts once however often it is found."""

    hits: Counter[str]  # by place
    misses: tuple[Label, ...]
    false: tuple[Alarm, ...]

    @property
    def recall(self) -> float:
        found = self.hits.total()
        return found / (found + len(self.misses))

    @property
    def precision(self) -> float:
        found = self.hits.total()
        return found / (found + len(self.false)) if found else 0.0


def measured(corpus: Corpus, alarms: Iterable[Alarm]) -> Measured:
    """An alarm is right where it shares a line with a value, else false; one a line at most."""
    by_file: dict[str, list[Alarm]] = {}
    for alarm in sorted(set(alarms)):
        by_file.setdefault(alarm.file, []).append(alarm)
    hits: Counter[str] = Counter()
    misses, right = [], set()
    for label in corpus.labels:
        if label.is_secret:
            met = [
                one
                for one in by_file.get(label.file, ())
                if one.first <= label.last and label.first <= one.last
            ]
            right.update(met)
            if met:
                hits[label.place] += 1
            else:
                misses.append(label)
    wrong = {
        (one.file, one.first): one
        for found in by_file.values()
        for one in found
        if one not in right
    }
    return Measured(hits, tuple(misses), tuple(wrong.values()))


def ours(root: Path, gitleaks: str = "never") -> list[Alarm]:
    """Errors and warnings of `secretkit scan`, but those on placeholders of a Secret."""
    found = scan.scan(scan.Request(paths=[root], gitleaks=gitleaks))
    return [
        Alarm(spot.span.source.name, spot.span.line, spot.span.line)
        for spot in found.spots
        if spot.finding.code != "SK802"
    ]


def of_gitleaks(program: str, root: Path) -> list[Alarm]:
    report = root.parent / "gitleaks.json"
    subprocess.run(
        [program, "dir", ".", "--redact", "--no-banner", "--report-format=json", f"--report-path={report}"],
        cwd=root, capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    rows = json.loads(report.read_text())
    return [Alarm(row["File"], row["StartLine"], row["EndLine"]) for row in rows]


def of_detect_secrets(program: str, root: Path) -> list[Alarm]:
    ran = subprocess.run(
        [program, "scan", "--all-files", "--no-verify", "."], cwd=root, capture_output=True, timeout=300, check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    found = json.loads(ran.stdout)["results"]
    return [
        Alarm(name.removeprefix("./"), row["line_number"], row["line_number"])
        for name, rows in found.items()
        for row in rows
    ]
