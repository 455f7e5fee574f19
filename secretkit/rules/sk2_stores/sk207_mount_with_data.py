"""SK207: a mount is a mount and nothing more."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        path = str(store.settings.get("path", "")).strip("/")
        mount = path.removesuffix("/data")
        is_v2 = store.provider_name == "vault" and store.settings.get("version", "v2") == "v2"
        if is_v2 and mount != path:
            yield RULE.at(store.settings_at / "path", path=path, mount=mount)


RULE = Rule(
    code="SK207",
    title="the mount `{path}` ends in `/data`",
    why="the operator adds `data/` itself, so it would ask for {mount}/data/data/…",
    fix="write `path: {mount}`",
    source="external-secrets issue 1333",
    find=find,
    wrong="""
        spec:
          stores:
            vault:
              vault:
                server: https://vault.example.com
                path: kv/data  # <- SK207
                role: shop
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
    right="""
        spec:
          stores:
            vault:
              vault: {server: "https://vault.example.com", path: kv, role: shop}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
)
