"""SK563: a login has a user and a password."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Plain, Sealed
from secretkit.rules import Rule

_BOTH = ("username", "password")


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        is_ours = isinstance(secret.origin, Plain | Sealed)
        if secret.type != "kubernetes.io/basic-auth" or not is_ours:
            continue
        known = secret.known_keys or frozenset()
        missing = [key for key in _BOTH if key not in known]
        if len(missing) == 1:  # of neither SK511 speaks
            yield RULE.at(secret.at / "type", secret=secret.key, missing=missing[0])


RULE = Rule(
    code="SK563",
    severity="info",
    title="`{secret}` is a login without `{missing}`",
    why="the API server asks for one of `username` and `password` alone, but what reads such a Secret "
    "mostly wants both; a token as the password often goes with any user",
    fix="add `{missing}`, or let the Secret be Opaque",
    source="Kubernetes, types of Secrets: basic authentication",
    find=find,
    wrong="""
        login:
          type: kubernetes.io/basic-auth  # <- SK563
          values:
            password: {env: SHOP_PASSWORD}
    """,
    right="""
        login:
          type: kubernetes.io/basic-auth
          values:
            username: {literal: shop}
            password: {env: SHOP_PASSWORD}
    """,
)
