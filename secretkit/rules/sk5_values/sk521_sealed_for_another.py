"""SK521: ciphertext opens only as what it was sealed for."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Sealed
from secretkit.rules import Rule
from secretkit.rules.sk5_values.sk520_no_ciphertext import FAKE


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        origin = secret.origin
        if not isinstance(origin, Sealed) or origin.scope == "cluster-wide":
            continue
        named = origin.scope == "strict" and origin.name != secret.name
        moved = origin.namespace != app.namespace
        if named or moved:
            at = secret.at / "sealedFor"
            if origin.recorded:
                name, namespace = at / "name", at / "namespace"
            else:  # the environment's line, which makes it another Secret than the base's
                name, namespace = secret.at / "name", app.at / "metadata" / "namespace"
            yield RULE.at(
                name if named else namespace,
                also=[namespace] if named and moved else (),
                secret=secret.key,
                scope=origin.scope,
                then=_spelled(origin.name, origin.namespace, origin.scope),
                now=_spelled(secret.name, app.namespace, origin.scope),
            )


def _spelled(name: str, namespace: str, scope: str) -> str:
    return f"`{namespace}/{name}`" if scope == "strict" else f"namespace `{namespace}`"


RULE = Rule(
    code="SK521",
    title="the values of `{secret}` were sealed for {then}, but this is {now}",
    why="in scope {scope} that is part of the encryption, so no key could decrypt them: the "
    "controller would report `no key could decrypt secret` and make no Secret",
    fix="name it as it was, or seal the values again with `secretkit seal --replace`, for an "
    "environment with its `--env`; editing `sealedFor` alone does not help",
    source="sealed-secrets, pkg/crypto/crypto.go: the scope is the label of RSA-OAEP",
    find=find,
    wrong=f"""
        webhook:
          sealed:
            api-key: {FAKE}
          sealedFor: {{name: webhook, namespace: staging}}  # <- SK521
    """,
    right=f"""
        webhook:
          sealed:
            api-key: {FAKE}
          sealedFor: {{scope: strict, name: webhook, namespace: prod}}
    """,
)
