"""SK225: some types are not for an operator to make."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import TOKEN_TYPE
from secretkit.rules import Rule

_WHY = {
    "bootstrap.kubernetes.io/token": "its webhook denies it, since such a token lets nodes in",
    TOKEN_TYPE: "the API server demands the annotation kubernetes.io/service-account.name, and the "
    "operator's webhook denies it, since the token would never end",
}


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if secret.is_operators and secret.type in _WHY:
            yield RULE.at(secret.at / "type", type=secret.type, why=_WHY[secret.type])


RULE = Rule(
    code="SK225",
    title="External Secrets Operator makes no Secret of type {type}",
    why="{why}",
    fix="let pods use projected tokens; where the Secret is a must, make it with `values` or "
    "`sealed`, or let others make it and say `existing: true`",
    source="External Secrets Operator, validating webhook of ExternalSecrets",
    find=find,
    wrong="""
        deployer:
          type: kubernetes.io/service-account-token  # <- SK225
          from: vault
          keys: {token: deployer#token}
    """,
    right="""
        deployer:
          from: vault
          keys: {token: deployer#token}
    """,
)
