"""SK332: images are pulled with Secrets of two types."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Existing, Secret
from secretkit.rules import Rule

_TYPES = ("kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg")


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            for name, place in entry.pull_secrets:
                secret = app.secrets.get(name)
                kind = _type(secret) if secret else None
                if secret and kind and kind not in _TYPES:
                    yield RULE.at(place, also=[secret.at.key], name=name, type=kind)


def _type(secret: Secret) -> str | None:
    """The type that the Secret will have; None where somebody else decides it."""
    is_ours = secret.creation_policy in ("Owner", "Orphan")
    if isinstance(secret.origin, Existing) or not is_ours:
        return secret.type
    return secret.type or "Opaque"


RULE = Rule(
    code="SK332",
    title="images cannot be pulled with `{name}`, which is of type `{type}`",
    why="the kubelet looks only at Secrets of type kubernetes.io/dockerconfigjson and dockercfg, and "
    "passes over others without a word",
    fix="set `type: kubernetes.io/dockerconfigjson`, with the login under the key `.dockerconfigjson`",
    source="Kubernetes: pull an image from a private registry",
    find=find,
    wrong="""
        spec:
          secrets:
            registry: {existing: true, type: kubernetes.io/basic-auth}
          workloads:
            api:
              kind: Deployment
              imagePullSecrets:
                - registry  # <- SK332
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
