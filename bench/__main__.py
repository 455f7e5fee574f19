"""One app from a cold start, and 1,000 apps, beside `helm template` of the same objects.

Runs alternate, so that a drift of the machine hits both; medians and their ratio are printed.
Whole processes are timed, output goes to a file. Needs helm, as the cluster tests find it.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.cluster import programs

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


def timed(command: list[str]) -> tuple[float, int]:
    """Wall seconds and peak memory (KiB of the largest child so far) of one run."""
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        subprocess.run(command, stdout=out, stderr=subprocess.DEVNULL, check=True)
        return time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def compare(title: str, ours: list[str], theirs: list[str], runs: int) -> None:
    timed(ours)
    timed(theirs)
    pairs = [(timed(ours)[0], timed(theirs)[0]) for _ in range(runs)]
    mine, other = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"| {title} | {mine * 1000:.0f} ms | {other * 1000:.0f} ms | {ratio:.2f} |")


def main() -> int:
    helm = str(programs.find("helm"))
    secretkit = [sys.executable, "-m", "secretkit", "render"]
    print("| what | secretkit | helm template | ratio |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        for count, title, runs in ((1, "one app, cold start", 15), (1000, "1,000 apps", 3)):
            folder = Path(scratch, str(count))
            inputs(folder / "apps", count)
            first = [*secretkit, str(folder / "apps" / "app-00000")]
            rendered = subprocess.run(first, capture_output=True, text=True, check=True).stdout
            chart(folder / "chart", rendered, count)
            theirs = [helm, "template", "x", str(folder / "chart")]
            compare(title, [*secretkit, str(folder / "apps")], theirs, runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
