"""SK233: a cluster store says who may use it."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        if not store.is_ref and store.is_cluster and not store.conditions:
            yield RULE.at(store.at / "scope", store=store.key)


RULE = Rule(
    code="SK233",
    severity="warning",
    title="every namespace may use the cluster store `{store}`",
    why="whoever may make an ExternalSecret anywhere reads all that its login can read",
    fix="add `conditions: [{{namespaces: [NAMESPACE]}}]`, or make it a store of the namespace",
    source="External Secrets Operator, multi tenancy",
    find=find,
    wrong="""
        spec:
          stores:
            vault:
              scope: cluster  # <- SK233
              vault: {server: "https://vault.example.com", path: kv, role: shop}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
    right="""
        spec:
          stores:
            vault:
              scope: cluster
              conditions: [{namespaces: [prod]}]
              vault: {server: "https://vault.example.com", path: kv, role: shop}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
)
