"""SK105: an app has a namespace of its own."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    if app.namespace == "default":
        yield RULE.at(app.at / "metadata" / "namespace")


RULE = Rule(
    code="SK105",
    severity="warning",
    title="the app lives in the namespace `default`",
    why="whatever is applied without a namespace lands there, beside these Secrets, and every pod "
    "there can mount them",
    fix="give the app a namespace of its own",
    source="CIS Kubernetes Benchmark 5.7.4",
    find=find,
    wrong="""
        apiVersion: secretkit.dev/v1alpha1
        kind: AppSecrets
        metadata:
          name: shop
          namespace: default  # <- SK105
    """,
    right="""
        apiVersion: secretkit.dev/v1alpha1
        kind: AppSecrets
        metadata:
          name: shop
          namespace: shop
    """,
)
