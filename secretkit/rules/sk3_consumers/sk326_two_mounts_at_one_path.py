"""SK326: one mount at a path."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for one, other in workload.meeting:
            first = {mount.path: mount for mount in one.mounts}
            for mount in other.mounts:
                known = first.get(mount.path)
                if known and (known.volume, known.sub_path) != (mount.volume, mount.sub_path):
                    yield RULE.at(mount.at.key, also=[known.at.key], path=mount.path)


RULE = Rule(
    code="SK326",
    title="two different mounts stand at `{path}` in one container",
    why="the API server refuses a container with two mounts at one path",
    fix="give one of them another path, or name different `containers` in the two entries",
    source="Kubernetes: the mountPath of a container must be unique",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
            cache: {from: vault, keys: {password: "cache#password"}}
          workloads:
            api:
              kind: Deployment
              files: {/etc/secrets: db}
            cached:
              kind: Deployment
              name: api
              files:
                /etc/secrets: cache  # <- SK326
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
            cache: {from: vault, keys: {password: "cache#password"}}
          workloads:
            api:
              kind: Deployment
              files: {/etc/secrets: db}
            cached:
              kind: Deployment
              name: api
              files: {/etc/cache: cache}
    """,
)
