"""SK257: an account that we make carries the identity that it logs in as."""

from collections.abc import Iterator

from secretkit import stores
from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.store import Store
from secretkit.rules import Rule
from secretkit.text import get

# Providers whose login reads it from the account -> the short form that knows it.
_READ_BY = {"aws": "aws", "azurekv": "azure"}


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        account = store.account
        if account is None or account.existing or not store.is_emitted:
            continue
        lacking = _lacking(store)
        if lacking and lacking not in account.annotations and not _is_patched(app, store, lacking):
            yield RULE.at(account.at, name=account.name, annotation=lacking)


def _lacking(store: Store) -> str | None:
    """The annotation that the provider's login reads on the account."""
    form = _READ_BY.get(store.provider_name or "")
    if form is None or "clientId" in store.part("authSecretRef"):
        return None
    return stores.get(form).identity


def _is_patched(app: App, store: Store, annotation: str) -> bool:
    return any(
        get(patch.patch, ("metadata", "annotations", annotation)) is not None
        for patch in app.patches
        if store.account and (patch.kind, patch.name) == ("ServiceAccount", store.account.name)
    )


RULE = Rule(
    code="SK257",
    severity="warning",
    title="the account `{name}` is made without `{annotation}`, so the store cannot log in",
    why="the operator takes the cloud's identity from that annotation of the account, and fails "
    "without it",
    fix="write `serviceAccount: {{name: {name}, identity: ...}}`; if others make the account, write "
    "`{{name: {name}, existing: true}}`",
    source="External Secrets Operator, login of the providers aws and azurekv with a serviceAccountRef",
    find=find,
    wrong="""
        spec:
          stores:
            aws:
              aws:
                service: SecretsManager
                region: us-east-1
                serviceAccount: shop-eso  # <- SK257
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
                serviceAccount:
                  name: shop-eso
                  identity: "arn:aws:iam::111122223333:role/shop"
          secrets:
            db: {from: aws, keys: {password: db#password}}
    """,
)
