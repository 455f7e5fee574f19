"""SK206: a key is relative to what its store puts before it."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Fetch
from secretkit.model.store import Store
from secretkit.rules import Rule
from secretkit.text import get


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for read in secret.reads:
            store = app.stores.get(read.store or "")
            found = _problem(store, read) if store else None
            if store and found:
                prefix, good, why = found
                key = read.remote["key"]
                yield RULE.at(
                    read.at, key=key, store=store.key, prefix=prefix, good=_written(read, good), why=why
                )  # fmt: skip


def _written(read: Fetch, key: str) -> str:
    """The read as it should stand: with the property that the file gives it."""
    if not isinstance(get(read.at.tree.value, read.at.path), str):
        return f"key: {key}"
    part = read.remote.get("property")
    return key if part is None else f"{key}#{part}"


def _problem(store: Store, read: Fetch) -> tuple[str, str, str] | None:
    key = read.remote.get("key", "")
    mount = str(store.settings.get("path", "")).strip("/")
    if store.provider_name == "vault" and mount and read.remote.get("metadataPolicy") != "Fetch":
        rest = key.removeprefix(f"{mount}/")
        # A folder with the mount's own name can be read only by repeating the mount.
        if rest != key and not rest.startswith(f"{mount}/"):
            is_v2 = store.settings.get("version", "v2") == "v2"
            good = rest.removeprefix("data/") if is_v2 else rest
            return f"{mount}/", good, (
                "it works by a kindness of the operator alone, which takes the mount off again; "
                "reads of metadata and PushSecrets do not get it"
            )  # fmt: skip
    prefix = str(store.settings.get("prefix", ""))
    if store.provider_name == "aws" and prefix and key.startswith(prefix):
        good = key.removeprefix(prefix)
        return prefix, good, f"the operator would ask for `{prefix}{prefix}…`"
    return None


RULE = Rule(
    code="SK206",
    severity="warning",
    title="`{key}` repeats `{prefix}`, which the store `{store}` puts before each key itself",
    why="{why}",
    fix="write `{good}`",
    source="External Secrets Operator, buildPath() of its vault provider, `prefix` of aws",
    find=find,
    wrong="""
        db:
          from: vault
          keys:
            password: secret/data/shop/db#password  # <- SK206
    """,
    right="""
        db:
          from: vault
          keys:
            password: shop/db#password
    """,
)
