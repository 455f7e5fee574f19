"""The audit Policy of an API server, for all apps together.

The order is the point: what the cluster's own parts do all day, as far as no secret and no refusal
is in it; the floor, which no request for a secret passes; exec, proxies and RBAC; what platforms ask
for all namespaces and apps for their own; everything else. Only RequestReceived is left out: a
refused login is written at ResponseStarted alone, and a refusal at ResponseComplete.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from secretkit.model.app import App
from secretkit.model.audit import (
    LEVELS,
    NOISES,
    SHARED,
    VERBS,
    Ask,
    Noise,
    Slot,
    asks,
    reachable,
)
from secretkit.model.control_plane import AuditRule, Kind
from secretkit.model.platform import Platform


class Made(NamedTuple):
    """A rule of the Policy and why it is there; `is_asked` where a file asked for it."""

    body: dict[str, Any]
    about: str
    is_asked: bool = False


def policy(apps: Sequence[App], platforms: Sequence[Platform] = ()) -> dict[str, Any]:
    """The one Policy that an API server reads."""
    return {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [made.body for made in rules(apps, platforms)],
    }


def rules(apps: Sequence[App], platforms: Sequence[Platform] = ()) -> Iterator[Made]:
    """The rules in their order. Of several platforms the one that keeps more decides on noise."""
    said = {platform.noise for platform in platforms} or {"drop"}
    for noise in next(found for word, found in NOISES.items() if word in said):
        yield Made(_noise(noise), f"noise: {noise.about}")
    for slot in SHARED:
        yield Made(_shared(slot), slot.about)
    asked: list[tuple[tuple[AuditRule, ...], str | None]]
    asked = [(platform.audit, None) for platform in platforms]
    asked += [(app.audit, app.namespace) for app in apps]
    wanted = (part for audit, place in asked for rule in audit for part in asks(rule, place))
    for body in _asked(reachable(wanted)):
        yield Made(body, "what was asked for", is_asked=True)
    yield Made({"level": "Metadata"}, "the rule for everything else")


def _noise(noise: Noise) -> dict[str, Any]:
    rule: dict[str, Any] = {"level": "None"}
    for field, texts in (
        ("users", noise.users), ("userGroups", noise.groups), ("verbs", noise.verbs),
        ("namespaces", noise.namespaces), ("nonResourceURLs", noise.urls),
    ):  # fmt: skip
        if texts:
            rule[field] = list(texts)
    if noise.kinds:
        rule["resources"] = _resources((kind, noise.names) for kind in noise.kinds)
    return rule


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
