"""SK243: a PushSecret serves all its stores alike."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for push in secret.push[1:]:
            if push.data != secret.push[0].data:
                first = secret.push[0]
                yield RULE.at(push.at.key, also=[first.at.key], store=push.store, first=first.store)


RULE = Rule(
    code="SK243",
    title="`{store}` is pushed other keys than `{first}`",
    why="one PushSecret is made for a secret, and it writes the same keys to each of its stores",
    fix="push the same keys under the same names, or push to `{store}` from a secret of its own",
    source="External Secrets Operator, PushSecret",
    find=find,
    wrong="""
        token:
          generate: {length: 32, keys: [token]}
          push:
            aws: {token: shop/token}
            vault: {token: shop#token}  # <- SK243
    """,
    right="""
        token:
          generate: {length: 32, keys: [token]}
          push:
            aws: {token: shop/token}
            vault: {token: shop/token}
    """,
)
