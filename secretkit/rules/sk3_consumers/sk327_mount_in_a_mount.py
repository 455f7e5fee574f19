"""SK327: mounts beside one another, not inside."""

from collections.abc import Iterator
from itertools import combinations

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.workload import Mount, Workload
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for one, other in _pairs(workload):
            outer, inner = sorted((one, other), key=lambda mount: len(mount.path))
            if outer.path != "/" and inner.path.startswith(f"{outer.path}/"):
                yield RULE.at(inner.at.key, also=[outer.at.key], inner=inner.path, outer=outer.path)


def _pairs(workload: Workload) -> Iterator[tuple[Mount, Mount]]:
    for entry in workload.entries:
        yield from combinations(entry.mounts, 2)
    for one, other in workload.meeting:
        for first in one.mounts:
            for second in other.mounts:
                yield first, second


RULE = Rule(
    code="SK327",
    severity="warning",
    title="`{inner}` is mounted inside the mount at `{outer}`",
    why="a mounted Secret is read-only, so whether the inner one can be placed there depends on the "
    "runtime, and the app sees a folder that no key made",
    fix="mount them beside one another, or choose the files of one mount by `items`",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
            cert: {existing: true, type: kubernetes.io/tls}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/shop: db
                /etc/shop/tls: cert  # <- SK327
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
            cert: {existing: true, type: kubernetes.io/tls}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/shop: db
                /etc/shop-tls: cert
    """,
)
