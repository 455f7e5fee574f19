"""What a run would change, as text: a line for each file, or unified diffs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from secretkit.ownership import Change, Plan

_WORDS = {"add": "would be added", "change": "would change", "remove": "would be removed",
          "keep": "was edited and is no longer made"}  # fmt: skip


def summary(todo: Plan) -> list[str]:
    """A line for each path that differs."""
    return [f"{change.path}: {_WORDS[change.what]}" for change in todo.changes]


def unified(folder: Path, todo: Plan) -> Iterator[str]:
    """Unified diffs, one after the other; of a file with values in the clear the path alone."""
    from difflib import unified_diff

    for change in todo.changes:
        if change.what == "keep":
            continue
        before = _before(folder, change)
        after = change.wanted.file.content.decode() if change.wanted else ""
        secret = change.wanted is not None and change.wanted.holds_values
        if secret or _is_secret(before) or _is_secret(after):
            yield f"# {change.path}: {_WORDS[change.what]}; it holds values, which are not shown\n"
            continue
        for mark in marks(before, after):
            yield f"# {change.path}: {mark}\n"
        rows = unified_diff(
            before.splitlines(keepends=True),
            after.splitlines(keepends=True),
            f"a/{change.path}" if change.what != "add" else "/dev/null",
            f"b/{change.path}" if change.what != "remove" else "/dev/null",
        )
        yield from rows


def _before(folder: Path, change: Change) -> str:
    path = folder / change.path
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _is_secret(text: str) -> bool:
    """Whether a manifest is a plain Secret, whatever we know of it."""
    return _parsed(text).get("kind") == "Secret"


def marks(before: str, after: str) -> Iterator[str]:
    """What applying a change does beyond the change: new credentials, restarts, recreation."""
    old, new = _parsed(before), _parsed(after)
    if not old or not new or old == new:
        return
    group = str(new.get("apiVersion", "")).partition("/")[0]
    spec = new.get("spec")
    sources = spec.get("dataFrom") if isinstance(spec, dict) else None
    if group == "generators.external-secrets.io":
        yield "the next sync makes new credentials"
    if new.get("kind") == "ExternalSecret" and "generatorRef" in repr(sources):
        yield "a change of this object makes new credentials"
    if new.get("kind") in ("Deployment", "StatefulSet", "DaemonSet"):
        yield "the pods are restarted"
    for field in ("roleRef", "type", "immutable"):
        if field in old and old.get(field) != new.get(field):
            yield f"`{field}` cannot change: the object must be deleted and made again"


def _parsed(text: str) -> dict[str, Any]:
    import yaml

    try:
        body = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return {}
    return body if isinstance(body, dict) else {}
