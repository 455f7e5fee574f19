"""SK241: one ServiceAccount is described in one way."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.store import ServiceAccount
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    first: dict[tuple[str, str], ServiceAccount] = {}
    for store in app.stores.values():
        account = store.account
        if account is None:
            continue
        other = first.setdefault((account.namespace, account.name), account)
        if (other.annotations, other.existing) != (account.annotations, account.existing):
            yield RULE.at(account.at.key, also=[other.at.key], name=account.name)


RULE = Rule(
    code="SK241",
    title="the ServiceAccount `{name}` is described in two ways",
    why="it is one object with one set of annotations, so one of the two stores would log in as "
    "somebody else, or not at all",
    fix="describe it alike in both stores, or give each store an account of its own",
    find=find,
    wrong="""
        spec:
          stores:
            aws:
              aws:
                service: SecretsManager
                region: us-east-1
                serviceAccount: {name: shop, identity: "arn:aws:iam::111122223333:role/shop"}
            vault:
              vault:
                server: https://vault.example.com
                path: kv
                role: shop
                serviceAccount: shop  # <- SK241
          secrets:
            db: {from: vault, keys: {password: db#password, key: {from: aws, key: db}}}
    """,
    right="""
        spec:
          stores:
            aws:
              aws:
                service: SecretsManager
                region: us-east-1
                serviceAccount: {name: shop-aws, identity: "arn:aws:iam::111122223333:role/shop"}
            vault:
              vault:
                server: https://vault.example.com
                path: kv
                role: shop
                serviceAccount: shop
          secrets:
            db: {from: vault, keys: {password: db#password, key: {from: aws, key: db}}}
    """,
)
