"""`secretkit scan`."""

import io
import sys
from pathlib import Path

import click

from secretkit import files, report
from secretkit.cli.options import PATHS, note, write
from secretkit.finding import Usage
from secretkit.objects import File


@click.command()
@PATHS
@click.option(
    "--staged", is_flag=True, help="What is staged for the next commit, as the index has it."
)
@click.option(
    "--history",
    is_flag=False,
    flag_value="",
    metavar="[REV..REV|REV]",
    help="What commits added: of a range, up to a revision, else of all branches and tags.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Findings that are known: of --write-baseline, or of detect-secrets.",
)
@click.option(
    "--write-baseline",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write all findings to FILE as known; it holds no value and nothing made from one.",
)
@click.option(
    "--gitleaks",
    default="auto",
    metavar="auto|never|PATH",
    show_default=True,
    help="Whether gitleaks is asked too: where it is installed, never, or this program.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(report.names()),
    default="text",
    show_default=True,
    help="How findings are printed.",
)
@click.option(
    "--sarif",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the findings to FILE as SARIF too.",
)
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
def command(
    paths: tuple[Path, ...], staged: bool, history: str | None, baseline: Path | None, target: Path | None,
    gitleaks: str, form: str, sarif: Path | None, strict: bool,
) -> int:  # fmt: skip
    """Look for secrets in the clear below PATH (files or folders; by default the working folder).

    Files that git ignores are passed over. Values are never shown. Findings go to stdout. Exit code
    1 if there is an error. A comment `secretkit:allow` on the line, or alone on the line before,
    says that something is meant so.
    """
    from secretkit import scan

    if history and Path(history).exists():
        if scan.git.is_branch(Path(), history):
            note(f"--history {history}: taken for the path; the branch is refs/heads/{history}")
        paths, history = (Path(history), *paths), ""
    request = scan.Request(
        paths=paths or (Path(),),
        staged=staged,
        history=history,
        baseline=baseline,
        gitleaks=gitleaks,
    )
    found = scan.scan(request)
    for said in found.notes:
        note(said)
    if sarif:
        text = io.StringIO()
        write("sarif", found.spots, text)
        _save(sarif, text.getvalue().encode())
    if target:
        _save(target, scan.baseline.written(found.entries))
        count = len(set(found.entries))
        note(f"wrote {target} with {count} {'finding' if count == 1 else 'findings'}")
        return 0
    write(form, found.spots, sys.stdout)
    counts = report.summary(found.spots)
    if form == "text" and not found.spots:
        click.echo(f"{found.files} {'file' if found.files == 1 else 'files'} without a finding")
    return 1 if counts["errors"] or (strict and counts["warnings"]) else 0


def _save(path: Path, content: bytes) -> None:
    if path.parent != Path() and not path.parent.is_dir():
        raise Usage(f"{path.parent}: no such folder")
    files.write(path.parent, [File(path.name, content)])
