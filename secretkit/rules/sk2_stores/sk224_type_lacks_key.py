"""SK224: what the operator makes holds the keys that its type demands."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import TYPE_KEYS
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        known = secret.known_keys
        if known is None or not secret.is_operators or not secret.is_whole:
            continue
        for wanted in TYPE_KEYS.get(secret.type or "", ()):
            if known.isdisjoint(wanted):
                keys = " or ".join(f"`{key}`" for key in wanted)
                have = ", ".join(f"`{key}`" for key in sorted(known))
                yield RULE.at(secret.at / "type", type=secret.type, keys=keys, have=have)


RULE = Rule(
    code="SK224",
    title="a Secret of type {type} needs the key {keys}",
    why="the API server refuses it without, and that shows only once the operator has run",
    fix="add {keys} to `keys` or to the `template`; it has {have}",
    source="Kubernetes, core validation of Secrets",
    find=find,
    wrong="""
        tls:
          type: kubernetes.io/tls  # <- SK224
          from: vault
          keys: {tls.crt: tls#certificate, key: tls#key}
    """,
    right="""
        tls:
          type: kubernetes.io/tls
          from: vault
          keys: {tls.crt: tls#certificate, tls.key: tls#key}
    """,
)
