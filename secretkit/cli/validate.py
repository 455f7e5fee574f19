"""`secretkit validate`."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from secretkit import pipeline, report, validating
from secretkit.cli.options import ENVIRONMENT, JOBS, PATHS, PLATFORM, Progress, cache, note, write


@click.command()
@PATHS
@ENVIRONMENT
@PLATFORM
@JOBS
@click.option(
    "--format",
    "form",
    type=click.Choice(report.names()),
    default="text",
    help="How findings are printed.",
    show_default=True,
)
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
def command(
    paths: tuple[Path, ...], environment: str | None, platform: Path | None, jobs: int | None, form: str, strict: bool
) -> int:  # fmt: skip
    """Check every secrets.yaml below PATH (a file or a folder; by default the working folder).

    Without --env the base and every environment are checked. Findings go to stdout. Exit code 1 if
    there is an error.
    """
    options = pipeline.Options(
        environment=environment,
        platform=platform,
        jobs=jobs,
        progress=Progress(),
        cache=cache(),
        argocd_path=os.environ.get("ARGOCD_APP_SOURCE_PATH"),
    )
    told = validating.validate(paths or (Path(),), options, datetime.now(UTC))
    spots = pipeline.spots(told.findings, told.root)
    write(form, spots, sys.stdout)
    for text in told.notes:
        note(text)
    counts = report.summary(spots)
    if form == "text" and not spots:
        where = f", in the base and {', '.join(told.environments)}" if told.environments else ""
        click.echo(f"{told.apps} {'app' if told.apps == 1 else 'apps'} fine{where}")
    return 1 if counts["errors"] or (strict and counts["warnings"]) else 0
