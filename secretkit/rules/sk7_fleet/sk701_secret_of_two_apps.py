"""SK701: one Secret in the pods of two apps."""

from collections.abc import Iterable, Iterator, Sequence

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.objects import Object
from secretkit.rules import Fact, Group, Rule


def gather(app: App, objects: Sequence[Object]) -> Iterator[Fact]:  # noqa: ARG001
    seen = set()
    for workload in app.workloads:
        for entry in workload.entries:
            pulled = {key for key, _ in entry.pull_secrets}
            for key, place in entry.uses:
                name = app.secret_name(key)
                # A registry's login is meant to be shared.
                if name not in seen and key not in pulled:
                    seen.add(name)
                    yield Fact((app.namespace, name), place.mark, app.name, app.namespace)


def judge(groups: Iterable[Group]) -> Iterator[Finding]:
    for group in groups:
        first, *others = group
        for other in others:
            if other.app != first.app:
                yield RULE.at(other.mark, also=[first.mark], name=first.key[1], first=first.app)


RULE = Rule(
    code="SK701",
    severity="warning",
    title="pods of `{first}` use the Secret `{name}` too",
    why="neither app can rotate it without the other, and whoever breaks into one holds both",
    fix="give each app a Secret of its own, from a remote key of its own",
    source="CIS Kubernetes Benchmark 5.4; Kubernetes, good practices for Secrets",
    gather=gather,
    judge=judge,
    wrong="# not text: two apps of one namespace whose workloads mount the same Secret",
)
