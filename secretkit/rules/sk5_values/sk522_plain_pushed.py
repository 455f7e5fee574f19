"""SK522: what is pushed to a store can be read from there."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Plain
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if isinstance(secret.origin, Plain) and secret.push:
            stores = ", ".join(f"`{push.store}`" for push in secret.push)
            yield RULE.at((secret.at / "push").key, secret=secret.key, stores=stores)


RULE = Rule(
    code="SK522",
    severity="info",
    title="values in the clear of `{secret}` are pushed to {stores}",
    why="that is a good way to move them there; once they are, every render still needs the values "
    "at hand, and an old one would overwrite what the store holds",
    fix="after the first push read them back with `from`, and drop `values` and `push`",
    source="External Secrets Operator, PushSecret: updatePolicy Replace",
    find=find,
    wrong="""
        token:
          values:
            token: {env: SHOP_TOKEN}
          push:  # <- SK522
            vault: {token: shop/api#token}
    """,
    right="""
        token:
          from: vault
          keys: {token: shop/api#token}
    """,
)
