"""The audit Policy of an API server, for all apps together.

The order is the point: the floor, which no request for a secret passes; exec, proxies and RBAC;
what platforms ask for all namespaces and apps for their own; everything else. Only RequestReceived is left out: a refused
login is written at ResponseStarted alone, and a refusal at ResponseComplete.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from secretkit.model.app import App
from secretkit.model.audit import LEVELS, SHARED, VERBS, Ask, Slot, asks, reachable
from secretkit.model.control_plane import AuditRule, Kind
from secretkit.model.platform import Platform


def policy(apps: Sequence[App], platforms: Sequence[Platform] = ()) -> dict[str, Any]:
    """The one Policy that an API server reads."""
    asked = [(app.audit, app.namespace) for app in apps]
    rules: list[tuple[tuple[AuditRule, ...], str | None]]
    rules = [*((platform.audit, None) for platform in platforms), *asked]
    wanted = (part for audit, place in rules for rule in audit for part in asks(rule, place))
    return {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [
            *(_shared(slot) for slot in SHARED),
            *_asked(reachable(wanted)),
            {"level": "Metadata"},
        ],
    }


def _shared(slot: Slot) -> dict[str, Any]:
    rule: dict[str, Any] = {"level": slot.level}
    if slot.verbs:
        rule["verbs"] = list(slot.verbs)
    rule["resources"] = _resources((kind, ()) for kind in slot.kinds)
    return rule


def _asked(wanted: Iterable[Ask]) -> Iterator[dict[str, Any]]:
    """Asks as rules: one for each level, namespace and set of verbs."""
    verbs: dict[tuple[str, str, Kind, str | None], set[str]] = defaultdict(set)
    for ask in wanted:
        found = verbs[ask.level, ask.namespace or "", ask.kind, ask.name]
        found.update((ask.verb,) if ask.verb else ())
    names: dict[tuple[str, str, Kind, tuple[str, ...]], set[str]] = defaultdict(set)
    for (level, namespace, kind, name), some in verbs.items():
        found = names[level, namespace, kind, tuple(sorted(some, key=VERBS.index))]
        found.update(() if name is None else (name,))
    rules: dict[tuple[int, str, tuple[str, ...]], list[tuple[Kind, tuple[str, ...]]]]
    rules = defaultdict(list)
    for (level, namespace, kind, some_verbs), some in names.items():
        rules[LEVELS.index(level), namespace, some_verbs].append((kind, tuple(sorted(some))))
    for (level_at, namespace, some_verbs), kinds in sorted(rules.items()):
        rule: dict[str, Any] = {"level": LEVELS[level_at]}
        if namespace:
            rule["namespaces"] = [namespace]
        if some_verbs:
            rule["verbs"] = list(some_verbs)
        rule["resources"] = _resources(kinds)
        yield rule


def _resources(kinds: Iterable[tuple[Kind, tuple[str, ...]]]) -> list[dict[str, Any]]:
    """Kinds and their names, gathered by group."""
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for kind, names in kinds:
        groups[kind.group, names].append(kind.resource)
    return [
        {
            "group": group,
            "resources": sorted(resources),
            **({"resourceNames": list(names)} if names else {}),
        }
        for (group, names), resources in sorted(groups.items())
    ]
