"""SK511: a typed Secret holds the keys that its type demands."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import TYPE_KEYS, Plain, Sealed
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if not isinstance(secret.origin, Plain | Sealed):
            continue
        known = secret.known_keys or frozenset()
        for wanted in TYPE_KEYS.get(secret.type or "", ()):
            if known.isdisjoint(wanted):
                keys = " or ".join(f"`{key}`" for key in wanted)
                yield RULE.at(
                    secret.origin.at.key, secret=secret.key, type=secret.type, wanted=keys
                )


RULE = Rule(
    code="SK511",
    title="`{secret}` is of type {type}, but lacks the key {wanted}",
    why="the API server refuses a Secret of this type without it",
    fix="add {wanted}, or give another `type`",
    source="Kubernetes, core validation of Secrets",
    find=find,
    wrong="""
        tls:
          type: kubernetes.io/tls
          values:  # <- SK511
            tls.crt: {file: tls/tls.crt}
    """,
    right="""
        tls:
          type: kubernetes.io/tls
          values:
            tls.crt: {file: tls/tls.crt}
            tls.key: {file: tls/tls.key}
    """,
)
