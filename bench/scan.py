"""Ours, gitleaks and detect-secrets on one labelled tree, and the speed of ours.

`python -m bench.scan` prints the tables, `--write` puts them into docs/scanning.md. gitleaks and
detect-secrets are taken from PATH, or from SECRETKIT_GITLEAKS and SECRETKIT_DETECT_SECRETS.
"""

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter, process_time

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "scan")]

import measuring  # noqa: E402
from corpus import Corpus, corpus, named  # noqa: E402

PAGE = ROOT / "docs" / "scanning.md"
BEGIN, END = "<!-- measured -->\n", "<!-- end -->\n"


def program(name: str, variable: str) -> str:
    found = os.environ.get(variable) or shutil.which(name)
    if not found:
        sys.exit(f"no {name}: install it, or name it in {variable}")
    return found


def rows(labelled: Corpus, tree: Path) -> Mapping[str, tuple[measuring.Measured, float]]:
    gitleaks = program("gitleaks", "SECRETKIT_GITLEAKS")
    detect = program("detect-secrets", "SECRETKIT_DETECT_SECRETS")
    scanners: dict[str, Callable[[], list[measuring.Alarm]]] = {
        "`secretkit scan`": lambda: measuring.ours(tree),
        "`secretkit scan` with gitleaks": lambda: measuring.ours(tree, gitleaks),
        "gitleaks": lambda: measuring.of_gitleaks(gitleaks, tree),
        "detect-secrets": lambda: measuring.of_detect_secrets(detect, tree),
    }
    found = {}
    for name, run in scanners.items():
        begun = perf_counter()
        alarms = run()
        found[name] = (measuring.measured(labelled, alarms), perf_counter() - begun)
    return found


def tables(labelled: Corpus, found: Mapping[str, tuple[measuring.Measured, float]]) -> str:
    secrets = Counter(label.place for label in labelled.labels if label.is_secret)
    safe = sum(not label.is_secret for label in labelled.labels)
    out = [
        f"{secrets.total()} values and {safe} look-alikes in {len(labelled.files)} files.",
        "",
        "| scanner | recall | precision | false alarms | seconds |",
        "|---|---|---|---|---|",
    ]
    for name, (one, seconds) in found.items():
        out.append(
            f"| {name} | {one.recall:.3f} | {one.precision:.3f} | {len(one.false)} | {seconds:.1f} |"
        )
    names = [name for name in found if "with" not in name]
    out += ["", "Found, by the place where the values stand:", ""]
    out += [f"| place | values | {' | '.join(names)} |", "|---|---|" + "---|" * len(names)]
    for place, count in sorted(secrets.items()):
        cells = " | ".join(str(found[name][0].hits[place]) for name in names)
        out.append(f"| {place} | {count} | {cells} |")
    return "\n".join(out) + "\n"


def speed(files: int) -> float:
    """Seconds of a core for so many small manifests, whatever else the machine does."""
    import yaml

    with tempfile.TemporaryDirectory() as folder:
        for number in range(files):
            env = [{"name": "A", "value": "b"}, {"name": "TOKEN_FILE", "value": "/run/token"}]
            container = {"name": "c", "image": "shop:1", "env": env, "args": ["serve"]}
            spec = {"template": {"spec": {"containers": [container]}}}
            body = named("Deployment", f"d{number}", "apps/v1", spec=spec)
            Path(folder, f"{number}.yaml").write_text(yaml.safe_dump(body))
        begun = process_time()
        measuring.ours(Path(folder))
        return process_time() - begun


def main(arguments: list[str]) -> None:
    labelled = corpus()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        labelled.write(tree)
        text = tables(labelled, rows(labelled, tree))
    text += f"\n10,000 small manifests take {speed(10_000):.1f} s of one core, without gitleaks.\n"
    print(text)
    if "--write" in arguments:
        page = PAGE.read_text(encoding="utf-8")
        head, _, rest = page.partition(BEGIN)
        _, _, tail = rest.partition(END)
        PAGE.write_text(head + BEGIN + "\n" + text + "\n" + END + tail, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
