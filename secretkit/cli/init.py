"""`secretkit init`."""

import os
import re
import shlex
from pathlib import Path

import click

from secretkit import files, resources
from secretkit.emit import yaml
from secretkit.finding import Usage
from secretkit.load.inputs import NAME
from secretkit.objects import File

_RESERVED = frozenset({"control-plane", "platform"})
_MARK = re.compile(r"@([A-Z_]+)@")


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--ci", is_flag=True, help="Write a GitHub workflow for the repository at DIR in its place."
)
@click.option(
    "--from", "source", metavar="SPEC", default="",
    help="With --ci: from where the workflow's pip installs secretkit, a requirement of pip.",
)  # fmt: skip
def command(folder: Path, ci: bool, source: str) -> int:
    """Write a commented secrets.yaml to DIR (by default the working folder) to start from."""
    if ci:
        return _workflow(folder, source)
    if source:
        raise Usage("--from is for --ci")
    target = folder / NAME
    if os.path.lexists(target):
        raise Usage(f"{target}: is there already, and stays as it is")
    if os.path.lexists(folder) and not folder.is_dir():
        raise Usage(f"{folder}: is not a folder")
    name = app_name(folder.absolute().resolve().name)
    files.write(folder, [File(NAME, filled(name).encode())])
    click.echo(_next(target, name), err=True)
    return 0


def _workflow(folder: Path, source: str) -> int:
    """Writes the workflow; one that is there stays."""
    from secretkit.cli import ci_workflow

    target = folder / ci_workflow.PATH
    if os.path.lexists(target):
        raise Usage(f"{target}: is there already, and stays as it is")
    if not folder.is_dir():
        raise Usage(f"{folder}: no such folder")
    if source.startswith("-") or not source.isprintable():
        raise Usage("--from takes a requirement of pip, as `secretkit @ git+https://…`")
    content = ci_workflow.text(folder, source.strip())
    files.write(folder, [File(ci_workflow.PATH, content.encode())])
    click.echo(f"wrote {target}", err=True)
    if not source.strip():
        click.echo(
            "next: set `SECRETKIT` in it to where pip installs secretkit from; until then its job fails",
            err=True,
        )
    return 0


def app_name(folder: str) -> str:
    """A folder's name as a DNS label that an app may have."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")[:50].strip("-") or "app"
    return f"{name}-app" if name in _RESERVED else name


def filled(name: str) -> str:
    """The file to start from, for an app of this name (a DNS label)."""
    words = {
        "NAME": name,
        "QUOTED": yaml.quoted(name),
        "QUOTED_ESO": yaml.quoted(f"{name}-eso"),
        "KEY": yaml.key(name),
        "READER": yaml.key(f"{name}-reader"),
    }
    text = (resources.folder("templates") / "init.yaml").read_text(encoding="utf-8")
    return _MARK.sub(lambda found: words[found[1]], text)


def _next(target: Path, name: str) -> str:
    folder = shlex.quote(str(target.parent))
    steps = {
        "edit it": "namespace, store, secrets, workload",
        f"secretkit validate {folder}": "checks it",
        f"secretkit render {folder}": "prints the manifests",
        "secretkit explain secrets": "says what a secret can be",
    }
    width = max(map(len, steps))
    rows = (f"  {step:<{width}}  {what}" for step, what in steps.items())
    return "\n".join((f"wrote {target} for the app {name}", "next:", *rows))
