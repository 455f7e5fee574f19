"""SK208: versions are spelled the way of the store."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Fetch
from secretkit.model.store import Store
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for read in secret.reads:
            store = app.stores.get(read.store or "")
            for field, reason, fix in _problems(store, read) if store else ():
                yield RULE.at(read.at / field, field=field, reason=reason, fix=fix)


def _problems(store: Store, read: Fetch) -> Iterator[tuple[str, str, str]]:
    number = read.remote.get("version", "0")
    is_number = number.isascii() and number.isdigit()
    is_parameter = (
        store.provider_name == "aws" and store.settings.get("service") == "ParameterStore"
    )
    if is_parameter and not is_number:
        reason = "Parameter Store counts its versions"
        yield "version", reason, 'write the number as text, such as "3", or drop it'
    if store.provider_name != "vault":
        return
    if store.settings.get("version", "v2") == "v1":
        reason = "KV v1 keeps neither versions nor metadata"
        if "version" in read.remote:
            yield "version", reason, "drop it"
        if read.remote.get("metadataPolicy") == "Fetch":
            yield "metadataPolicy", reason, "drop it"
    elif not is_number:
        reason = "Vault counts its versions"
        yield "version", reason, 'write the number as text, such as "3", or drop it'


RULE = Rule(
    code="SK208",
    title="this `{field}` means nothing to the store",
    why="{reason}",
    fix="{fix}",
    source="External Secrets Operator, its vault and aws providers",
    find=find,
    wrong="""
        db:
          from: vault
          keys:
            password:
              key: shop/db
              property: password
              version: AWSCURRENT  # <- SK208
    """,
    right="""
        db:
          from: vault
          keys:
            password: {key: shop/db, property: password, version: "3"}
    """,
)
