"""SK205: a remote key has the form that its store finds it by."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.lazy import lazily
from secretkit.model.app import App
from secretkit.model.store import Store
from secretkit.names import is_subdomain
from secretkit.rules import Rule
from secretkit.text import Place

_AZURE = lazily(r"((secret|key|cert)/)?[A-Za-z0-9-]{1,127}")


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for read in secret.reads:
            key = read.remote.get("key")
            bare = read.remote.get("metadataPolicy") == "Fetch"
            if key is not None:
                yield from _judged(app.stores.get(read.store or ""), key, read.at, bare=bare)
        for push in secret.push:
            for key, remote, _ in push.data:
                yield from _judged(app.stores.get(push.store), remote, push.at / key, bare=True)


def _judged(store: Store | None, key: str, at: Place, *, bare: bool) -> Iterator[Finding]:
    found = _problem(store, key, bare=bare) if store else None
    if store and found:
        reason, fix = found
        yield RULE.at(at, key=key, store=store.key, reason=reason, fix=fix)


def _problem(store: Store, key: str, *, bare: bool) -> tuple[str, str] | None:
    match store.provider_name:
        case "vault":
            return _vault_problem(store, key, bare=bare)
        case "azurekv" if not _AZURE.fullmatch(key):
            return (
                "Azure's names hold letters, digits and `-` alone",
                "write the name as Azure shows it",
            )
        case "kubernetes" if not is_subdomain(key):
            return "the key is the name of a Secret there", "write NAME#KEY"
    return None


def _vault_problem(store: Store, key: str, *, bare: bool) -> tuple[str, str] | None:
    mount = str(store.settings.get("path", "")).strip("/")
    is_v2 = store.settings.get("version", "v2") == "v2"
    if key.startswith("/"):
        return "the operator joins it to the mount as it is", f"write `{key.lstrip('/')}`"
    if not mount:
        if "/" not in key:
            reason = "the store has no `path`, so the first part of a key is the mount"
            return reason, f"give the store its `path`, or write `MOUNT/{key}`"
        return None
    if is_v2 and key.startswith("data/"):
        return (
            "the operator puts `data/` before it itself, and would ask for data/data/…",
            f"write `{key.removeprefix('data/')}`",
        )
    if bare and is_v2 and key.startswith(f"{mount}/"):
        reason = f"for its metadata the operator would ask for {mount}/metadata/{mount}/…"
        return reason, f"write `{key.removeprefix(f'{mount}/').removeprefix('data/')}`"
    return None


RULE = Rule(
    code="SK205",
    title="the store `{store}` does not find the key `{key}`",
    why="{reason}",
    fix="{fix}",
    source="External Secrets Operator, buildPath() of its vault provider; names of Azure Key Vault",
    find=find,
    wrong="""
        db:
          from: vault
          keys:
            password: /shop/db#password  # <- SK205
            username: data/shop/db#username  # <- SK205
          push:
            vault:
              password: secret/shop/copy#password  # <- SK205
    """,
    right="""
        db:
          from: vault
          keys:
            password: shop/db#password
            username: shop/db#username
          push:
            vault:
              password: shop/copy#password
    """,
)
