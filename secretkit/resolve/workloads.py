"""Workloads: entries merged by the workload they speak of."""

from collections.abc import Iterable, Mapping
from typing import Any

from secretkit.model.workload import AllKeys, Entry, Item, Mount, Variable, Workload
from secretkit.resolve import FILE_MODE, Context
from secretkit.resolve.secrets import Secrets
from secretkit.text import Place


def resolve_workloads(
    section: Iterable[tuple[str, Mapping[str, Any]]], at: Place, context: Context, secrets: Secrets
) -> tuple[Workload, ...]:
    """The workloads, sorted by kind and name; entries keep the order of their keys."""
    entries: dict[tuple[str, str], list[Entry]] = {}
    for key, value in section:
        name = (value["kind"], value.get("name", key))
        entries.setdefault(name, []).append(_entry(key, value, at / key, context, secrets))
    return tuple(
        Workload(kind, name, tuple(found)) for (kind, name), found in sorted(entries.items())
    )


def _entry(
    key: str, value: Mapping[str, Any], at: Place, context: Context, secrets: Secrets
) -> Entry:
    containers = value.get("containers")
    pull = enumerate(value.get("imagePullSecrets", ()))
    return Entry(
        key=key,
        containers=tuple(containers) if containers is not None else None,
        init_containers=tuple(value.get("initContainers", ())),
        mounts=tuple(
            _mount(path, file, at / "files" / path, context)
            for path, file in sorted(value.get("files", {}).items())
        ),
        variables=tuple(
            _variable(name, item, at / "env" / name, secrets)
            for name, item in sorted(value.get("env", {}).items())
        ),
        all_keys=tuple(
            AllKeys(item, "", at / "envFrom" / number)
            if isinstance(item, str)
            else AllKeys(item["secret"], item.get("prefix", ""), at / "envFrom" / number)
            for number, item in enumerate(value.get("envFrom", ()))
        ),
        pull_secrets=tuple((name, at / "imagePullSecrets" / number) for number, name in pull),
        on_rotation=value.get("onRotation", "none"),
        at=at,
    )


def _mount(path: str, value: Any, at: Place, context: Context) -> Mount:
    fields: Mapping[str, Any] = {"secret": value} if isinstance(value, str) else value
    default = (context.platform and context.platform.file_mode) or FILE_MODE
    items = []
    for key, item in sorted(fields.get("items", {}).items()):
        form = {"path": item} if isinstance(item, str) else item
        mode = int(form["mode"], 8) if "mode" in form else None
        items.append(Item(key, form["path"], mode, at / "items" / key))
    return Mount(
        path=path,
        secret=fields["secret"],
        sub_path=fields.get("key"),
        mode=int(fields.get("mode", default), 8),
        items=tuple(items),
        at=at,
    )


def _variable(name: str, value: Any, at: Place, secrets: Secrets) -> Variable:
    if isinstance(value, str):
        secret, key = secrets.cut(value, at)
        return Variable(name, secret, key or "", at)
    return Variable(name, value["secret"], value["key"], at)
