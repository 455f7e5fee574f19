"""`secretkit list`."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from secretkit import listing, pipeline
from secretkit.cli.options import ENVIRONMENT, JOBS, PATHS, PLATFORM, Progress, note, show


@click.command()
@PATHS
@ENVIRONMENT
@PLATFORM
@JOBS
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help="A table, or one JSON object.",
    show_default=True,
)
def command(
    paths: tuple[Path, ...], environment: str | None, platform: Path | None, jobs: int | None, form: str
) -> int:  # fmt: skip
    """List the apps below PATH: namespaces, secrets and where they come from, stores, environments.

    No value in the clear is read. Apps with errors are left out, their findings are on stderr.
    """
    options = pipeline.Options(
        environment=environment,
        platform=platform,
        jobs=jobs,
        progress=Progress(),
        argocd_path=os.environ.get("ARGOCD_APP_SOURCE_PATH"),
    )
    outcome = pipeline.run(paths or (Path(),), options, listing.row)
    rows = [one.value for one in outcome.written]
    if form == "json":
        body: dict[str, Any] = {"apps": rows, "environments": list(outcome.environments)}
        json.dump(body, sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(listing.table(rows))
    for text in outcome.notes:
        note(text)
    if outcome.has_errors:
        wrong = [one for one in outcome.findings if one.severity == "error"]
        show(pipeline.spots(wrong, outcome.root), notes=False)
    return 1 if outcome.has_errors else 0
