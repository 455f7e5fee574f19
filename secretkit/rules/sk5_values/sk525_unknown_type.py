"""SK525: a type of Kubernetes' own is one that Kubernetes has."""

from collections.abc import Iterator

from secretkit.finding import Finding, closest
from secretkit.model.app import App
from secretkit.model.secret import TOKEN_TYPE, TYPE_KEYS
from secretkit.rules import Rule

_KNOWN = frozenset((*TYPE_KEYS, TOKEN_TYPE, "bootstrap.kubernetes.io/token"))


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        kind = secret.type or ""
        if kind.partition("/")[0].endswith("kubernetes.io") and kind not in _KNOWN:
            near = closest(kind, sorted(_KNOWN))
            yield RULE.at(secret.at / "type", kind=kind, near=near)


RULE = Rule(
    code="SK525",
    severity="warning",
    title="Kubernetes has no type {kind}{near}",
    why="it is taken as a type without checks, so what looks for the right one does not find this "
    "Secret; names below kubernetes.io are reserved",
    fix="use a type that exists, or a domain of your own such as example.com/keys",
    source="Kubernetes, types of Secrets",
    find=find,
    wrong="""
        tls:
          type: kubernetes.io/tsl  # <- SK525
          existing: true
    """,
    right="""
        tls:
          type: kubernetes.io/tls
          existing: true
    """,
)
