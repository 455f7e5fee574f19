"""`secretkit render`."""

import os
import stat
import sys
from pathlib import Path

import click

from secretkit import pipeline, rendering
from secretkit.cli.options import (
    ENVIRONMENT,
    JOBS,
    PATHS,
    PLATFORM,
    Progress,
    cache,
    colour,
    note,
    show,
)
from secretkit.finding import Usage


@click.command()
@PATHS
@ENVIRONMENT
@PLATFORM
@JOBS
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write a folder with kustomizations in place of stdout.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "json", "kustomize", "helm"]),
    help="yaml (default) or json on stdout; with -o a kustomize base (default), or helm charts; "
    "`kustomize` given without --env adds an overlay for each environment.",
)
@click.option(
    "--only",
    type=click.Choice(["api", "control-plane"]),
    help="Objects of the API alone, or the API server's files alone, with -o what wires them in too.",
)
@click.option(
    "--inject",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Workload manifests that receive their mounts; repeatable.",
)
@click.option(
    "--templates",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Templates that overlay ours.",
)
@click.option(
    "--check",
    is_flag=True,
    help="With -o: write nothing, exit 1 if DIR differs from what would be rendered.",
)
@click.option(
    "--diff", is_flag=True, help="With -o: write nothing, show what would change; never a value."
)
@click.option(
    "--explain-values",
    is_flag=True,
    help="Print where each resolved value came from, in place of manifests.",
)
@click.option(
    "--shard",
    metavar="I/N",
    help="Write part I of N of the apps; all are checked. An app's part never changes.",
)
@click.option(
    "--allow-plaintext",
    is_flag=True,
    help="Open the sources of `values` and write them in the clear.",
)
def command(
    paths: tuple[Path, ...], environment: str | None, platform: Path | None, jobs: int | None, output: Path | None, form: str | None,
    only: str | None, inject: tuple[Path, ...], templates: Path | None, check: bool, diff: bool,
    explain_values: bool, shard: str | None, allow_plaintext: bool,
) -> int:  # fmt: skip
    """Compile every secrets.yaml below PATH (a file or a folder; by default the working folder).

    Manifests alone go to stdout, and nothing before every app has passed.
    """
    _fit(output, form)
    if (check or diff) and not output:
        raise Usage("--check and --diff compare with a folder: add -o DIR")
    if allow_plaintext and "ARGOCD_APP_NAME" in os.environ:
        raise Usage(
            "--allow-plaintext is refused inside Argo CD, whose caches would hold the values"
        )
    if allow_plaintext:
        from secretkit.cli import cores

        cores.forbid()
    request = rendering.Request(
        paths=paths or (Path(),),
        options=pipeline.Options(
            environment=environment,
            platform=platform,
            jobs=jobs,
            progress=Progress(),
            cache=cache(),
            shard=_shard(shard),
            # The control plane's files hold no value, so that nothing is to be read for them.
            allow_plaintext=None if only == "control-plane" else allow_plaintext,
            skip=output,
            process_environment=os.environ,
            argocd_path=os.environ.get("ARGOCD_APP_SOURCE_PATH"),
        ),
        output=output,
        form=form or ("kustomize" if output else "yaml"),
        only=only,
        inject=inject,
        templates=templates,
        check=check,
        diff=diff,
        colour=diff and colour(sys.stdout),
    )
    if explain_values:
        return _explain_values(request, as_json=form == "json")
    result = _render(request, is_asked=form == "kustomize")
    show(pipeline.spots(result.findings, result.root), notes=False)
    for text in result.notes:
        note(text)
    if allow_plaintext and output and not (check or diff or result.failed):
        _note_of_git(output)
    for text in result.differences:
        click.echo(text, err=True)
    for piece in result.pieces():
        sys.stdout.buffer.write(piece.encode())
    return 1 if result.failed else 0


def _render(request: rendering.Request, *, is_asked: bool) -> rendering.Result:
    """Kustomizations of every environment only where they are asked for by name."""
    if not is_asked or request.options.environment is not None:
        return rendering.render(request)
    from secretkit import overlays

    return overlays.render(request)


def _explain_values(request: rendering.Request, *, as_json: bool) -> int:
    """Where the values of every app that resolves come from; findings as `render` has them."""
    import json

    from secretkit import origins

    options = request.options._replace(allow_plaintext=None)
    outcome = pipeline.run(
        request.paths, options, lambda one: list(origins.rows(one.app, one.platform))
    )
    rows = [row for one in outcome.written for row in one.value]
    if as_json:
        text = json.dumps([row._asdict() for row in rows], indent=2, ensure_ascii=False) + "\n"
    else:
        text = origins.text(rows)
    show(pipeline.spots(outcome.findings, outcome.root), notes=False)
    sys.stdout.buffer.write(text.encode())
    return 1 if outcome.has_errors else 0


def _shard(text: str | None) -> pipeline.Shard | None:
    if text is None:
        return None
    number, slash, count = text.partition("/")
    if not (
        slash and number.isascii() and number.isdigit() and count.isascii() and count.isdigit()
    ):
        raise Usage(f"--shard {text}: write I/N, such as 1/4")
    shard = pipeline.Shard(int(number), int(count))
    if not 1 <= shard.number <= shard.parts:
        raise Usage(f"--shard {text}: I goes from 1 to N")
    return shard


def _note_of_git(output: Path) -> None:
    """A note where a commit would take values in the clear with it; without git there is none."""
    from secretkit.scan import git

    try:
        names = git.listed(output, ["."])
    except git.Failed:
        return
    # Of all that is written, values alone are for their owner.
    bare = [name for name in names if _is_private(output / name)]
    if bare:
        more = f" and {len(bare) - 1} more" if len(bare) > 1 else ""
        note(
            f"{output / bare[0]}{more}: values in the clear, and git does not ignore them; "
            "name the folder in .gitignore, or write it outside the repository"
        )


def _is_private(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:  # in the index and gone from the folder
        return False
    return stat.S_ISREG(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o600


def _fit(output: Path | None, form: str | None) -> None:
    """Raises Usage where the format does not go with where the output goes."""
    if output and form in ("yaml", "json"):
        raise Usage(f"--format {form} is for stdout; a folder is `--format kustomize`, its default")
    if not output and form in ("kustomize", "helm"):
        raise Usage(f"--format {form} writes a folder: add -o DIR")
