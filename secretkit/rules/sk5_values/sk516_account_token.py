"""SK516: a token Secret names its account."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import TOKEN_TYPE, Plain, Sealed
from secretkit.rules import Rule

_ACCOUNT = "kubernetes.io/service-account.name"


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if secret.type != TOKEN_TYPE or not isinstance(secret.origin, Plain | Sealed):
            continue
        if not secret.annotations.get(_ACCOUNT, app.annotations.get(_ACCOUNT)):
            yield RULE.at(secret.at / "type", secret=secret.key)


RULE = Rule(
    code="SK516",
    title="`{secret}` is a token of a ServiceAccount, but does not say of which",
    why="the API server refuses it without the annotation kubernetes.io/service-account.name, and "
    "the token controller deletes it where that account does not exist",
    fix="add `annotations: {{kubernetes.io/service-account.name: ACCOUNT}}`; better, let pods use a "
    "projected token, which ends by itself",
    source="Kubernetes, core validation of Secrets",
    find=find,
    wrong="""
        deployer:
          type: kubernetes.io/service-account-token  # <- SK516
          values:
            audience: {literal: ci}
    """,
    right="""
        deployer:
          type: kubernetes.io/service-account-token
          annotations: {kubernetes.io/service-account.name: deployer}
          values:
            audience: {literal: ci}
    """,
)
