"""`secretkit audit explain`."""

import json
import sys
from pathlib import Path

import click

from secretkit import pipeline
from secretkit.audit import asking, explaining
from secretkit.cli.audit import apps
from secretkit.cli.options import ENVIRONMENT, NAMESPACE, PATHS, PLATFORM, note, show
from secretkit.finding import Rejected, Usage
from secretkit.load import MOST_BYTES, decode
from secretkit.text import Source


@click.command()
@PATHS
@click.option("--verb", required=True, metavar="VERB",
              help="get, list, watch, create, update, patch, delete or deletecollection; with --url the HTTP "
                   "method in lower case.")  # fmt: skip
@click.option("--resource", metavar="RESOURCE[/SUB][.GROUP]",
              help="As the API has it: secrets, pods/exec, deployments/scale.apps.")  # fmt: skip
@click.option("--subresource", metavar="SUB", help="The same as behind the slash.")
@NAMESPACE
@click.option("--name", metavar="NAME", help="The name in the URL.")
@click.option("--url", metavar="/PATH", help="A URL that is no resource, in place of --resource.")
@click.option("--user", metavar="NAME",
              help="The user who asks; without it somebody whom no rule names.")  # fmt: skip
@click.option("--group", "groups", multiple=True, metavar="NAME",
              help="A group of the user, repeatable; those that the API server adds are added.")  # fmt: skip
@click.option("--as-service-account", "account", metavar="NAMESPACE/NAME",
              help="A ServiceAccount, in place of --user.")  # fmt: skip
@click.option("--refused-login", is_flag=True, help="A request whose login is refused (401).")
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE",
              help="A Policy file to ask, in place of what `render` writes; - is stdin.")  # fmt: skip
@ENVIRONMENT
@PLATFORM
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              help="For people, or one JSON object.", show_default=True)  # fmt: skip
def command(
    paths: tuple[Path, ...], verb: str, resource: str | None, subresource: str | None,
    namespace: str | None, name: str | None, url: str | None, user: str | None,
    groups: tuple[str, ...], account: str | None, refused_login: bool, policy: Path | None,
    environment: str | None, platform: Path | None, form: str,
) -> int:  # fmt: skip
    """Say which rule of the audit Policy a request meets, and what is logged of it.

    The Policy is that of all apps below PATH (a file or a folder; by default the working folder),
    as `render --only control-plane` writes it.

    \b
    secretkit audit explain --verb get --resource secrets -n prod --name db
    secretkit audit explain --verb list --resource secrets --as-service-account prod/api
    secretkit audit explain --verb get --url /healthz --policy audit-policy.yaml
    """
    asked = asking.asked(asking.Words(
        verb, user, account, refused_login, groups, resource, subresource, namespace, name, url
    ))  # fmt: skip
    if policy is not None:
        for option, given in (("PATH", paths), ("--env", environment), ("--platform", platform)):
            if given:
                raise Usage(
                    f"--policy names the Policy, so {option} has nothing to say: leave one out"
                )
        try:
            written = explaining.of_file(_read(policy))
        except Rejected as rejected:
            show(pipeline.spots(rejected.findings), notes=False)
            return 1
    else:
        found = _compiled(paths, environment, platform)
        if found is None:
            return 1
        written = found
    answer = explaining.answer(written, asked)
    if form == "json":
        text = json.dumps(explaining.data(answer), indent=2, ensure_ascii=False) + "\n"
    else:
        text = explaining.text(answer)
    sys.stdout.buffer.write(text.encode())
    return 0


def _compiled(
    paths: tuple[Path, ...], environment: str | None, platform: Path | None
) -> explaining.Written | None:
    """The Policy of the apps; None where one has an error, which is shown."""
    outcome = apps.outcome(paths, environment, platform)
    for text in outcome.notes:
        note(text)
    if apps.are_wrong(outcome):
        return None
    return explaining.of_outcome(outcome)


def _read(path: Path) -> Source:
    if str(path) == "-":
        return decode("<stdin>", sys.stdin.buffer.read(MOST_BYTES + 1))
    if path.is_dir() or not path.exists():
        what = "a folder, and a file is needed" if path.is_dir() else "no such file"
        raise Usage(f"{path}: {what}")
    with path.open("rb") as file:
        return decode(path.as_posix(), file.read(MOST_BYTES + 1))
