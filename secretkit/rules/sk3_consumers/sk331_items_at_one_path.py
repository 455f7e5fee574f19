"""SK331: each item its own path."""

from collections.abc import Iterator
from itertools import combinations

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            for mount in entry.mounts:
                for first, second in combinations(mount.items, 2):
                    reason = _reason(first.path, second.path)
                    if reason:
                        yield RULE.at(
                            second.at, also=[first.at], first=first.key, second=second.key,
                            reason=reason,
                        )  # fmt: skip


def _reason(one: str, other: str) -> str | None:
    if one == other:
        return f"both become `{one}`"
    outer, inner = sorted((one, other), key=len)
    if inner.startswith(f"{outer}/"):
        return f"`{outer}` would be a file and a folder"
    return None


RULE = Rule(
    code="SK331",
    title="the items `{first}` and `{second}` cannot stand in one mount: {reason}",
    why="one file would take the place of the other",
    fix="give each item a path of its own",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password", username: "db#username"}}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/db:
                  secret: db
                  items:
                    password: credentials
                    username: credentials  # <- SK331
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password", username: "db#username"}}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/db: {secret: db, items: {password: password, username: user}}
    """,
)
