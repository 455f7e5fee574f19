"""SK324: pull secrets need no restart."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            if entry.on_rotation != "none" and entry.pull_secrets and not entry.container_uses:
                yield RULE.at(entry.at / "onRotation", word=entry.on_rotation, entry=entry.key)


RULE = Rule(
    code="SK324",
    severity="warning",
    title="`onRotation: {word}` of `{entry}` has nothing to do",
    why="the kubelet reads `imagePullSecrets` at each pull, and no container sees them",
    fix="leave `onRotation` out",
    source="Stakater Reloader: imagePullSecrets are not among the references it follows",
    find=find,
    wrong="""
        spec:
          secrets:
            registry: {existing: true, type: kubernetes.io/dockerconfigjson}
          workloads:
            api:
              kind: Deployment
              imagePullSecrets: [registry]
              onRotation: restart  # <- SK324
    """,
    right="""
        spec:
          secrets:
            registry: {existing: true, type: kubernetes.io/dockerconfigjson}
          workloads:
            api:
              kind: Deployment
              imagePullSecrets: [registry]
    """,
)
