"""SK323: an immutable Secret does not rotate."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            used = [app.secrets.get(key) for key, _ in entry.container_uses]
            if entry.on_rotation == "none" or not used:
                continue
            if all(secret is not None and secret.immutable for secret in used):
                yield RULE.at(entry.at / "onRotation", word=entry.on_rotation, entry=entry.key)


RULE = Rule(
    code="SK323",
    severity="warning",
    title="`onRotation: {word}` of `{entry}` waits for a change that never comes",
    why="every Secret that the entry uses is immutable",
    fix="leave `onRotation` out; a new value means a Secret of a new name, and that starts new pods "
    "by itself",
    source="Kubernetes: immutable Secrets",
    find=find,
    wrong="""
        spec:
          secrets:
            salt: {generate: {length: 32}, immutable: true}
          workloads:
            api:
              kind: Deployment
              files: {/etc/salt: salt}
              onRotation: restart  # <- SK323
    """,
    right="""
        spec:
          secrets:
            salt: {generate: {length: 32}, immutable: true}
          workloads:
            api:
              kind: Deployment
              files: {/etc/salt: salt}
    """,
)
