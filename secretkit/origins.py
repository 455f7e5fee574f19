"""Where each resolved value of an app came from: file, line and layer."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from secretkit.load import HIDDEN_BELOW
from secretkit.load.positions import DOTS, Positions
from secretkit.model.app import App
from secretkit.model.secret import External
from secretkit.resolve import FILE_MODE, REFRESH
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


def rows(app: App) -> Iterator[Row]:
    """Every leaf of the merged file with variables replaced, in the order of the file, then defaults."""
    positions = Positions()
    tree = app.at.tree
    for path, value in _leaves(tree.value, ()):
        span = positions.span(Place(tree, path))
        layer = _layer(tree, path)
        yield Row(app.name, _dotted(path), _shown(path, value), span.source.name, span.line, layer)
    yield from _defaults(app, positions)


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


def _shown(path: Path, value: Any) -> Any:
    """The value, or dots where it may be one in the clear; ciphertext is long and says nothing."""
    if not HIDDEN_BELOW.isdisjoint(path):
        return DOTS
    return "(ciphertext)" if "sealed" in path else value


def _layer(tree: Tree, path: Path) -> str:
    source, place = tree.origin(path)
    whose = "app" if source == tree.source else "platform"
    inner = place[:2] == ("spec", "environments")
    return f"{whose}'s environment" if inner else whose


def _defaults(app: App, positions: Positions) -> Iterator[Row]:
    """What neither the app nor a preset says, from the platform's defaults or built in."""
    for secret in app.secrets.values():
        if isinstance(secret.origin, External) and "refresh" not in secret.said:
            path = (*secret.at.path, "refresh")
            yield _default(app, path, secret.refresh.at, REFRESH, positions)
    for workload in app.workloads:
        for entry in workload.entries:
            for mount in entry.mounts:
                if not has(app.at.tree.value, (*mount.at.path, "mode")):
                    path = (*mount.at.path, "mode")
                    yield _default(app, path, mount.at, FILE_MODE, positions, f"0{mount.mode:o}")


def _default(
    app: App, path: Path, at: Place, built_in: str, positions: Positions, value: str | None = None
) -> Row:
    if at.tree is not app.at.tree:  # the platform's line
        span = positions.span(at)
        said = get(at.tree.value, at.path)
        return Row(app.name, _dotted(path), said, span.source.name, span.line, "platform")
    return Row(app.name, _dotted(path), value or built_in, None, None, "built-in")


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
    value = value.replace("\n", "\\n")
    short = value if len(value) <= 60 else f"{value[:59]}…"
    where = f"{row.file}:{row.line} ({row.layer})" if row.file else f"({row.layer})"
    return row.path, short, where
