"""SK242: an account that exists already is not annotated here."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        if store.account is None or not store.account.existing:
            continue
        for field in ("identity", "annotations"):
            if store.says(store.form, "serviceAccount", field):
                yield RULE.at((store.account.at / field).key, field=field, name=store.account.name)


RULE = Rule(
    code="SK242",
    title="`{field}` says nothing for `{name}`, which exists already",
    why="an account that others make is used and not emitted, so nothing would carry the annotation",
    fix="drop `{field}` and let its maker set it, or drop `existing`",
    find=find,
    wrong="""
        spec:
          stores:
            aws:
              aws:
                service: SecretsManager
                region: us-east-1
                serviceAccount:
                  name: shop
                  existing: true
                  identity: "arn:aws:iam::111122223333:role/shop"  # <- SK242
          secrets:
            db: {from: aws, keys: {password: db#password}}
    """,
    right="""
        spec:
          stores:
            aws:
              aws:
                service: SecretsManager
                region: us-east-1
                serviceAccount: {name: shop, existing: true}
          secrets:
            db: {from: aws, keys: {password: db#password}}
    """,
)
