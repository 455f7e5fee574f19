"""`secretkit audit queries`."""

import re
import sys
from pathlib import Path

import click

from secretkit.audit import queries
from secretkit.cli.audit import apps
from secretkit.cli.options import ENVIRONMENT, NAMESPACE, PATHS, PLATFORM
from secretkit.finding import Usage
from secretkit.fragment import LABEL, NAME
from secretkit.target import PROVIDERS


@click.command()
@PATHS
@click.option("--for", "provider", type=click.Choice(PROVIDERS),
              help="Where the log lies; by default the target's `provider`.")  # fmt: skip
@NAMESPACE
@click.option("--name", metavar="SECRET", help="This Secret alone.")
@ENVIRONMENT
@PLATFORM
def command(
    paths: tuple[Path, ...], provider: str | None, namespace: str | None, name: str | None,
    environment: str | None, platform: Path | None,
) -> int:  # fmt: skip
    """Print queries for the audit log: who read Secrets, and who was refused.

    They are jq for a file of the API server, CloudWatch Logs Insights for EKS, a filter of Cloud
    Logging for GKE and KQL for AKS. Requests for all Secrets of a namespace, or of all namespaces,
    are in them too, since they read the one that is meant.
    """
    for option, value, form, most in (
        ("--namespace", namespace, LABEL, 63), ("--name", name, NAME, 253)
    ):  # fmt: skip
        if value is not None and not (_fits(form, value) and len(value) <= most):
            raise Usage(
                f"{option}: no Secret has such a name: lower-case letters, digits, `-` and `.`"
            )
    if provider is None:
        provider = _provider(paths, environment, platform)
        if provider is None:
            return 1
    text = queries.text(queries.Wanted(provider, namespace, name))
    sys.stdout.buffer.write(text.encode())
    return 0


def _fits(form: str, text: str) -> bool:
    """Whether all of a text has a form; `$` alone would let a line end pass."""
    return re.fullmatch(form, text) is not None and "\n" not in text


def _provider(
    paths: tuple[Path, ...], environment: str | None, platform: Path | None
) -> str | None:
    """The one provider of the apps' targets; None where a file has errors, which are shown."""
    outcome = apps.outcome(paths, environment, platform)
    if apps.are_wrong(outcome):
        return None
    found = sorted({app.target.provider or "" for app in outcome.planes})
    if len(found) != 1 or not found[0]:
        known = ", ".join(PROVIDERS)
        what = (
            "the targets name several providers"
            if len(found) > 1
            else "the target names no provider"
        )
        raise Usage(f"{what}: say which log with --for (known: {known})")
    return found[0]
