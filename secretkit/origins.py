"""Where each resolved value of an app came from: file, line and layer."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from secretkit.load import HIDDEN_BELOW, VALUES_BELOW
from secretkit.load.positions import DOTS, Positions, may_be_value
from secretkit.model.app import App
from secretkit.model.platform import Platform
from secretkit.model.secret import External
from secretkit.resolve import FILE_MODE, REFRESH
from secretkit.target import PARTS, spelled
from secretkit.text import Path, Place, Tree, get, has

ORDER = "built-in < platform < platform's environment < app < app's environment; later wins"


class Row(NamedTuple):
    """One leaf of an app as it is resolved."""

    app: str
    path: str
    value: Any
    file: str | None  # None: built in
    line: int | None
    layer: str


def rows(app: App, platform: Platform | None) -> Iterator[Row]:
    """Every leaf of the merged file with variables replaced, in the order of the file, then defaults."""
    positions = Positions()
    tree = app.at.tree
    for path, value in _leaves(tree.value, ()):
        span = positions.span(Place(tree, path))
        layer = _layer(tree, path, "app")
        shown = _shown(tree, path, value)
        yield Row(app.name, _dotted(path), shown, span.source.name, span.line, layer)
    yield from _defaults(app, platform, positions)
    yield from _variables(app, platform, positions)
    yield from _targets(app, platform, positions)


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for at, item in enumerate(value):
            yield from _leaves(item, (*path, at))
    else:
        yield path, value


def _dotted(path: Path) -> str:
    """`spec.secrets.db.keys[0]`; a key that is no plain word stands in brackets, as in JSONPath."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.replace("-", "").replace("_", "").isalnum():
            text += f".{step}"
        else:
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
    return text.removeprefix(".")


def _shown(tree: Tree, path: Path, value: Any) -> Any:
    """The value, or dots where it may be one in the clear, as the excerpts of findings have it."""
    if not HIDDEN_BELOW.isdisjoint(path) or _is_named_value(tree, path):
        return DOTS
    if not isinstance(value, str):
        return value
    names = [step for step in path if isinstance(step, str)]
    key = names[-1] if names and not VALUES_BELOW.isdisjoint(path) else ""
    return DOTS if may_be_value(key, value) else value


def _is_named_value(tree: Tree, path: Path) -> bool:
    """Whether it is the `value` or `secret` of an entry such as a container's `env` has."""
    above = (*path[:-1],)
    return path[-1:] in (("value",), ("secret",)) and any(
        has(tree.value, (*above, name)) for name in ("name", "state")
    )


def _layer(tree: Tree, path: Path, own: str) -> str:
    """`own` says whose file the tree is about."""
    source, place = tree.origin(path)
    whose = own if source == tree.source else "platform"
    inner = place[:2] == ("spec", "environments")
    return f"{whose}'s environment" if inner else whose


def _defaults(app: App, platform: Platform | None, positions: Positions) -> Iterator[Row]:
    """What neither the app nor a preset says, from the platform's defaults or built in."""
    for secret in app.secrets.values():
        if isinstance(secret.origin, External) and "refresh" not in secret.said:
            path = (*secret.at.path, "refresh")
            yield _default(app, path, ("defaults", "refresh"), REFRESH, platform, positions)
    for workload in app.workloads:
        for entry in workload.entries:
            for mount in entry.mounts:
                if not has(app.at.tree.value, (*mount.at.path, "mode")):
                    path = (*mount.at.path, "mode")
                    yield _default(
                        app, path, ("defaults", "fileMode"), FILE_MODE, platform, positions
                    )


def _variables(app: App, platform: Platform | None, positions: Positions) -> Iterator[Row]:
    """What the platform's variables are here; a value that one is in stands at its own line."""
    for name in platform.variables if platform else ():
        path = ("variables", name)
        yield _default(app, path, path, "", platform, positions)


def _targets(app: App, platform: Platform | None, positions: Positions) -> Iterator[Row]:
    """The releases that the app is made for."""
    for part in sorted(PARTS):
        release = spelled(app.target.release(part))
        yield _default(app, ("targets", part), ("targets", part), release, platform, positions)


def _default(
    app: App, path: Path, below: Path, built_in: str, platform: Platform | None,
    positions: Positions,
) -> Row:  # fmt: skip
    """The row of what the platform's file says `below` its spec, or of what is built in."""
    tree = platform.tree if platform else None
    where = ("spec", *below)
    if tree is None or not has(tree.value, where):
        return Row(app.name, _dotted(path), built_in, None, None, "built-in")
    said = get(tree.value, where)
    span = positions.span(Place(tree, where))
    layer = _layer(tree, where, "platform")
    return Row(app.name, _dotted(path), said, span.source.name, span.line, layer)


def text(found: list[Row]) -> str:
    """Aligned lines `PATH = VALUE   FILE:LINE  (LAYER)`, a heading for each app."""
    lines = [f"# {ORDER}\n"]
    app = None
    widths = [
        max((len(cell) for cell in column), default=0)
        for column in zip(*(_cells(row)[:2] for row in found), strict=True)
    ] or [0, 0]
    for row in found:
        if row.app != app:
            app = row.app
            lines.append(f"\n# {app}\n")
        path, value, where = _cells(row)
        lines.append(f"{path.ljust(widths[0])} = {value.ljust(widths[1])}   {where}\n")
    return "".join(lines)


def _cells(row: Row) -> tuple[str, str, str]:
    value = row.value if isinstance(row.value, str) else json.dumps(row.value)
    value = _clean(value.replace("\n", "\\n"))
    short = value if len(value) <= 60 else f"{value[:59]}…"
    where = f"{row.file}:{row.line} ({row.layer})" if row.file else f"({row.layer})"
    return _clean(row.path), short, _clean(where)


def _clean(text: str) -> str:
    """Without control characters, so that an input cannot drive the terminal."""
    return "".join(c if c.isprintable() or c == " " else "\N{REPLACEMENT CHARACTER}" for c in text)
