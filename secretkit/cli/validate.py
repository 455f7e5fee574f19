"""`secretkit validate`."""

import os
import sys
from pathlib import Path

import click

from secretkit import pipeline, report
from secretkit.cli.options import ENVIRONMENT, PATHS, PLATFORM, colour, note


@click.command()
@PATHS
@ENVIRONMENT
@PLATFORM
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
    paths: tuple[Path, ...], environment: str | None, platform: Path | None, form: str, strict: bool
) -> int:  # fmt: skip
    """Check every secrets.yaml below PATH (a file or a folder; by default the working folder).

    Findings go to stdout. Exit code 1 if there is an error.
    """
    options = pipeline.Options(
        environment=environment,
        platform=platform,
        argocd_path=os.environ.get("ARGOCD_APP_SOURCE_PATH"),
    )
    outcome = pipeline.run(paths or (Path(),), options)
    spots = pipeline.spots(outcome.findings, outcome.root)
    report.get(form).write(spots, sys.stdout, colour(sys.stdout))
    for text in outcome.notes:
        note(text)
    counts = report.summary(spots)
    if form == "text" and not spots:
        click.echo(f"{len(outcome.apps)} {'app' if len(outcome.apps) == 1 else 'apps'} fine")
    return 1 if counts["errors"] or (strict and counts["warnings"]) else 0
