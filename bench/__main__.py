"""One app from a cold start, 1,000 and 10,000 apps, beside `helm template` and `kubectl kustomize`.

Then what a folder (`-o`) and a second run take, in time and memory.

All make the same objects. Runs alternate, so that a drift of the machine hits all; of each the median
is shown. Whole processes are timed, output goes to a file. Needs helm and kubectl, as the cluster
tests find them. `--write` puts the table into docs/benchmarks.md.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from tests.cluster import programs

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"

APP = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {{name: {name}, namespace: {name}, labels: {{team: core}}}}
spec:
  stores:
    aws:
      aws:
        service: SecretsManager
        region: us-east-1
        serviceAccount: {{name: {name}-eso, identity: "arn:aws:iam::111122223333:role/{name}"}}
  secrets:
    database-credentials:
      from: aws
      refresh: 1h
      keys:
        username: production/{name}#username
        password: {{key: production/{name}, property: password, version: AWSCURRENT}}
    session-key: {{generate: {{length: 48, symbols: 0, keys: [session-key]}}}}
  access:
    {name}-reader: {{serviceAccount: {name}, secrets: [database-credentials]}}
  workloads:
    api:
      kind: Deployment
      containers: [api]
      files:
        /etc/db: {{secret: database-credentials, mode: "0440"}}
        /etc/session: {{secret: session-key, items: {{session-key: key}}}}
"""


def inputs(folder: Path, count: int) -> None:
    for number in range(count):
        name = f"app-{number:05d}"
        (folder / name).mkdir(parents=True)
        (folder / name / "secrets.yaml").write_text(APP.format(name=name))


def chart(folder: Path, rendered: str, count: int) -> None:
    """A chart whose one template makes, for each name in the values, what we render for it."""
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: bench\nversion: 0.1.0\n")
    names = [f"app-{number:05d}" for number in range(count)]
    (folder / "values.yaml").write_text("apps:\n" + "".join(f"- name: {name}\n" for name in names))
    body = rendered.replace("{{", '{{ "{{" }}').replace("app-00000", "{{ .name }}")
    text = "{{- range .Values.apps }}\n---\n" + body + "{{- end }}\n"
    (folder / "templates" / "all.yaml").write_text(text)


class Run(NamedTuple):
    """Wall seconds, and the largest process's peak memory in MiB."""

    seconds: float
    peak: float


def timed(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
    whole = {**os.environ, "SECRETKIT_NO_CACHE": "1", **(environment or {})}
    with tempfile.TemporaryFile() as out:
        begin = perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=whole)
        _, status, used = os.wait4(child.pid, 0)
        seconds = perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return Run(seconds, used.ru_maxrss / 1024)


def medians(commands: Sequence[Sequence[str]], runs: int) -> list[Run]:
    """Of each command the median of its runs, which alternate; one run before is not counted."""
    for command in commands:
        timed(command)
    rounds = [[timed(command) for command in commands] for _ in range(runs)]
    return [
        Run(
            statistics.median(run.seconds for run in column),
            statistics.median(run.peak for run in column),
        )
        for column in zip(*rounds, strict=True)
    ]


class Bench:
    """Rows of the table, and the folders that they are measured on."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.rows: list[str] = []
        self._helm = str(programs.find("helm"))
        self._kubectl = str(programs.find("kubectl"))
        self._ours = [sys.executable, "-m", "secretkit", "render"]

    def beside(self, title: str, count: int, runs: int) -> Run:
        """Ours, helm's and kustomize's run of so many apps."""
        apps = self.scratch / str(count)
        inputs(apps / "apps", count)
        one = [*self._ours, "--only", "api", str(apps / "apps" / "app-00000")]
        rendered = subprocess.run(one, capture_output=True, text=True, check=True).stdout
        chart(apps / "chart", rendered, count)
        folder = [*self._ours, str(apps / "apps"), "--only", "api", "-o", str(apps / "out")]
        subprocess.run(folder, capture_output=True, check=True)
        ours, helm = medians(
            [
                [*self._ours, str(apps / "apps")],
                [self._helm, "template", "x", str(apps / "chart")],
            ],
            runs,
        )
        # Its time grows with the square of the apps, so many of them are built once.
        build = [self._kubectl, "kustomize", str(apps / "out")]
        kustomize = timed(build) if count > 1 else medians([build], runs)[0]
        self._row(title, ours, f"{ours.seconds / helm.seconds:.2f} of helm", helm, kustomize)
        return ours

    def many(self, thousand: Run) -> None:
        """10,000 apps against 1,000, as a folder too, and once more after one of them changed."""
        folder = self.scratch / "many"
        inputs(folder / "apps", 10_000)
        command = [*self._ours, str(folder / "apps")]
        (full,) = medians([command], 1)
        self._row("10,000 apps", full, f"{full.seconds / thousand.seconds:.1f} of 1,000")
        first = self._folder("1,000 apps, `-o`", self.scratch / "1000", None)
        self._folder("10,000 apps, `-o`", folder, first)
        cached = {"SECRETKIT_NO_CACHE": "", "SECRETKIT_CACHE_DIR": str(folder / "cache")}
        timed(command, cached)
        runs = []
        for _ in range(3):
            changed = folder / "apps" / "app-05000" / "secrets.yaml"
            changed.write_text(changed.read_text() + "# changed\n")
            runs.append(timed(command, cached))
        again = statistics.median(run.seconds for run in runs)
        self._row(
            "10,000 apps again, one changed",
            Run(again, runs[-1].peak), f"1/{full.seconds / again:.1f} of the first",
        )  # fmt: skip

    def _folder(self, title: str, folder: Path, thousand: Run | None) -> Run:
        """A row for a folder that is not there yet, and the run."""
        run = timed([*self._ours, str(folder / "apps"), "-o", str(folder / "new")])
        ratio = f"{run.seconds / thousand.seconds:.1f} of 1,000" if thousand else ""
        self._row(title, run, ratio)
        return run

    def _row(
        self, title: str, ours: Run, ratio: str, helm: Run | None = None, other: Run | None = None
    ) -> None:
        cells = [title, *map(_shown, (ours, helm, other)), ratio]
        self.rows.append(f"| {' | '.join(cells)} |")
        print(self.rows[-1], flush=True)


def _shown(run: Run | None) -> str:
    if run is None:
        return ""
    time = f"{run.seconds:.2f} s" if run.seconds >= 1 else f"{run.seconds * 1000:.0f} ms"
    return f"{time}, {run.peak:.0f} MiB"


_HEAD = """\
| what | secretkit | `helm template` | `kubectl kustomize` | ratio |
|---|---|---|---|---|
"""
_TEXT = """\
# Speed

Written by `python -m bench --write`: whole processes, medians, peak memory of the largest process. Each app is a file
of 1 KB that makes ten objects and a patch; a chart and a folder of kustomizations make the same objects, and neither
of the other two validates anything. Figures of one machine ({machine}); the ratios are what to look at.

{table}
The cold start is Python's and its imports'. From 200 files on both cores work (`--jobs`), and what came of an input is
kept (`SECRETKIT_CACHE_DIR`, off with `SECRETKIT_NO_CACHE=1`). Names, what the
checks between apps need, what is emitted and what is to be done in a folder wait in unlinked files, a fixed part of each
in memory: a stream of 10,000 apps takes hardly more than one of 1,000, a folder (`-o`) the names of its apps more.
Findings, and apps that speak of the control plane, stay as they are.
"""


def main(arguments: Sequence[str]) -> int:
    print(_HEAD, end="")
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch))
        bench.beside("one app, cold start", 1, 15)
        bench.many(bench.beside("1,000 apps", 1000, 3))
    if "--write" in arguments:
        machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
        table = _HEAD + "".join(f"{row}\n" for row in bench.rows)
        PAGE.write_text(_TEXT.format(machine=machine, table=table))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
