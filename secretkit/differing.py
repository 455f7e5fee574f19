"""What a run would change, as text: a line for each file, or unified diffs that show no value."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from secretkit.ownership import Change
from secretkit.ownership.content import Content, is_chart, parsed
from secretkit.ownership.plan import Plan
from secretkit.text import get

Costs: TypeAlias = Callable[[Change], Iterable[str]]

DOTS = "........"
_WORDS = {
    "add": "added", "change": "changed", "mode": "changed", "remove": "removed",
    "edited": "edited, and no longer made",
}  # fmt: skip
_COLOURS = {"@@": "36", "+": "32", "-": "31", "#": "33"}
_LIST_KEYS = {"args", "command"}
_VALUE_KEYS = {"value", "secret"}  # of an item that has a name: an env, a key of the encryption
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def summary(folder: Path, todo: Plan) -> list[str]:
    """A line for each path that is not as it would be rendered."""
    return [f"{_WORDS[change.what]}: {folder / change.path}" for change in todo.differences]


def unified(
    folder: Path, todo: Plan, *, colour: bool = False, within: str = "", costs: Costs | None = None
) -> Iterator[str]:
    """Lines of unified diffs; of a file with values in the clear, its path alone.

    Above each diff stands what applying it does beyond the change; `costs` says that where the files
    are no whole objects. `within` stands before paths.
    """
    for change in todo.changes:
        if change.what in ("add", "change", "remove"):
            for line in _diff(folder, change, f"{within}{change.path}", costs):
                yield f"{_coloured(line) if colour else line}\n"


def _diff(folder: Path, change: Change, shown_path: str, costs: Costs | None) -> Iterator[str]:
    from difflib import unified_diff

    before = b"" if change.what == "add" else (folder / change.path).read_bytes()
    after = change.wanted.file.content if change.wanted else b""
    old, new = parsed(before, change.path), parsed(after, change.path)
    told: Iterable[str] = marks(old, new) if old and new else ()
    yield from (f"# {shown_path}: {mark}" for mark in (costs(change) if costs else told))
    word = _WORDS[change.what]
    if (change.wanted and change.wanted.holds_values) or _has_secret(old) or _has_secret(new):
        yield f"# {shown_path}: {word}; it holds values, which are not shown"
        return
    if old is None or new is None:
        yield f"# {shown_path}: {word}; what is there is no plain YAML, so it is not shown"
        return
    first = "/dev/null" if change.what == "add" else f"a/{shown_path}"
    second = "/dev/null" if change.what == "remove" else f"b/{shown_path}"
    rows, others = _rows(old.text, change.path), _rows(new.text, change.path)
    shown = list(unified_diff(rows, others, first, second, lineterm=""))
    yield from (_printable(line) for line in shown)
    if not shown:
        yield f"# {shown_path}: {word}, in what is not shown since it may be a value"


def _has_secret(content: Content | None) -> bool:
    return content is not None and content.has_secret


def _rows(text: str, path: str) -> list[str]:
    rows = _masked(text).split("\n")
    if is_chart(path):
        rows = [row.replace("{{", '{{ "{{" }}') for row in rows]
    if rows[-1]:
        rows[-1] += "\n\\ No newline at end of file"
    else:
        rows.pop()
    return rows


def _printable(line: str) -> str:
    """Without control characters, so that an edited file cannot drive the terminal."""
    return "".join(
        one if one.isprintable() or one in "\n\t" else "\N{REPLACEMENT CHARACTER}" for one in line
    )


def _coloured(line: str) -> str:
    if line.startswith(("--- ", "+++ ")):
        return f"\x1b[1m{line}\x1b[0m"
    code = next((code for start, code in _COLOURS.items() if line.startswith(start)), None)
    return f"\x1b[{code}m{line}\x1b[0m" if code else line


def _masked(text: str) -> str:
    """The text with dots for scalars that may be values: environment, arguments, keys, plain data."""
    import yaml

    spans = [
        (node.start_mark.index, node.end_mark.index)
        for root in yaml.compose_all(text, Loader=yaml.CSafeLoader)
        for node in _hidden(root, path=())
    ]
    for first, last in sorted(spans, reverse=True):
        end = "\n" if text[first:last].endswith("\n") else ""  # a block text ends with its row
        text = f"{text[:first]}{DOTS}{end}{text[last:]}"
    return text


def _hidden(node: Any, path: tuple[str, ...], *, hide: bool = False) -> Iterator[Any]:
    """The scalar nodes whose values are not to be shown."""
    if isinstance(node.value, str):
        if hide and not (node.tag.endswith(":null") and node.value == "null"):
            yield node
    elif node.id == "sequence":
        for item in node.value:
            yield from _hidden(item, path, hide=hide or _looks("", item, path))
    else:
        names = {key.value for key, _ in node.value if isinstance(key.value, str)}
        steps = _pointer(node) if names == {"op", "path", "value"} else ()
        for key, value in node.value:
            name = key.value if isinstance(key.value, str) else ""
            if steps and name == "value":  # what an operation of a JSON patch sets
                yield from _hidden(value, steps, hide=hide or _hides_at(steps, value))
                continue
            below = hide or _hides(name, value, path, names) or _looks(name, value, path)
            yield from _hidden(value, (*path, name), hide=below)


def _pointer(node: Any) -> tuple[str, ...]:
    from secretkit.emit.json_patch import steps

    found = {key.value: value.value for key, value in node.value}
    return steps(found["path"]) if isinstance(found["path"], str) else ()


def _hides_at(steps: tuple[str, ...], value: Any) -> bool:
    """Whether what a patch sets at a path would be hidden there in the whole object."""
    for at, step in enumerate(steps):
        if step in ("stringData", _LAST_APPLIED) or step in _LIST_KEYS:
            return True
        is_mapping = at < len(steps) - 1 or value.id == "mapping"
        if step == "data" and is_mapping and steps[at - 1 : at] != ("template",):
            return True
    return _looks(steps[-1], value, steps[:-1])


def _looks(name: str, value: Any, path: tuple[str, ...]) -> bool:
    """Whether a text looks like a secret, wherever it stands; ciphertext is none."""
    if not isinstance(value.value, str) or path[-1:] == ("encryptedData",):
        return False
    from secretkit.looks import look

    # A template's secret is what it takes in.
    return look("" if "{{" in value.value else name, value.value).is_secret


def _hides(name: str, value: Any, path: tuple[str, ...], siblings: set[str]) -> bool:
    if name in ("stringData", _LAST_APPLIED) or name in _LIST_KEYS:
        return True
    if name == "data":  # a template's data are templates, an ExternalSecret's a list of references
        return value.id == "mapping" and "template" not in path[-1:]
    return name in _VALUE_KEYS and bool({"name", "key"} & siblings) and isinstance(value.value, str)


# What a change costs.

_NEXT = (
    "the next sync makes new credentials; with `refreshPolicy: CreatedOnce` there is none until the "
    "Secret is deleted"
)

_LASTING = ("Deployment", "StatefulSet", "DaemonSet", "Rollout")
_PODS = ("spec", "template")
# Where the Secret's own fields stand in the object that makes it.
_SECRETS = {
    "Secret": ((), ()),
    "ExternalSecret": (("spec", "target"), ("spec", "target", "template")),
    "SealedSecret": (("spec", "template"), ("spec", "template")),
}
_FIXED = {
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
    "Job": _PODS,
    "Pod": ("spec",),
}


def marks(old: Content, new: Content) -> Iterator[str]:
    """What applying a change does beyond the change: new credentials, restarts, recreation."""
    before, after = next(old.objects, None), next(new.objects, None)
    if before and not after and not new.text:
        yield from _deleted(before)
    if not before or not after or before == after or before.get("kind") != after.get("kind"):
        return
    kind = after.get("kind")
    group = str(after.get("apiVersion")).partition("/")[0]
    if group == "generators.external-secrets.io":
        yield _NEXT
    elif kind == "ExternalSecret" and _is_generated(after):
        if get(after, ("spec", "refreshPolicy")) == "CreatedOnce":
            yield "the Secret keeps its values until it is deleted"
        else:
            yield "this change makes new credentials"
    elif kind in _LASTING and get(before, _PODS) != get(after, _PODS):
        yield "this change restarts the pods"
    yield from _recreated(str(kind), before, after)


def _deleted(body: dict[str, Any]) -> Iterator[str]:
    """What goes with an object."""
    kind, name = body.get("kind"), get(body, ("metadata", "name"))
    target = get(body, ("spec", "target")) or {}
    if kind == "ExternalSecret" and target.get("creationPolicy", "Owner") == "Owner":
        yield f"without this ExternalSecret the cluster deletes the Secret `{target.get('name', name)}`"
    elif kind == "SealedSecret":
        yield f"without this SealedSecret the cluster deletes the Secret `{name}`"


def _is_generated(body: dict[str, Any]) -> bool:
    found = [get(body, ("spec", "dataFrom")), get(body, ("spec", "data"))]
    items = [item for one in found if isinstance(one, list) for item in one]
    return any(get(item, ("sourceRef", "generatorRef")) is not None for item in items)


def _recreated(kind: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Fields that the API server does not let change."""
    if kind in _FIXED and get(before, _FIXED[kind]) != get(after, _FIXED[kind]):
        field = ".".join(_FIXED[kind])
        yield f"`{field}` cannot change: delete the {kind}, so that it is made again"
    if kind in _SECRETS:
        holder, template = _SECRETS[kind]
        whose = "the Secret" if kind == "Secret" else f"the Secret that this {kind} makes"
        types = [get(body, (*template, "type")) or "Opaque" for body in (before, after)]
        if types[0] != types[1]:
            yield f"`type` cannot change: delete {whose}, so that it is made again"
        elif get(before, (*holder, "immutable")) is True:
            yield f"{whose} is immutable: delete it, so that it is made again"
