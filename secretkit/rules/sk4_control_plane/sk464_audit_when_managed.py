"""SK464: a managed cluster logs by its cloud's own policy."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.wiring import cloud_of


def find(app: App) -> Iterator[Finding]:
    cloud = cloud_of(app.target)
    if cloud and app.audit:
        yield RULE.at(app.audit[0].at, cloud=cloud.title, logs=cloud.logs)


RULE = Rule(
    code="SK464",
    severity="warning",
    title="`audit` changes nothing on {cloud}",
    why="no Policy can be given to that API server: {logs}",
    fix="drop `rules`, and turn the log on with the setting that `render -o` writes",
    find=find,
    wrong="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: aks}
          audit:
            rules:
              - {level: Request, resources: [services]}  # <- SK464
    """,
    right="""
        apiVersion: secretkit.dev/v1alpha1
        kind: Platform
        metadata: {name: acme}
        spec:
          targets: {provider: kubeadm}
          audit:
            rules:
              - {level: Request, resources: [services]}
    """,
)
