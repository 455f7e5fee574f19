"""SK251: a cluster store admits the namespace of the app that uses it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from secretkit.finding import Finding
from secretkit.go_regexp import re2_problem
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for key, store in app.stores.items():
        if store.is_ref or not store.is_cluster or not store.conditions:
            continue
        if any(_may_admit(condition, app.namespace) for condition in store.conditions):
            continue
        for secret in app.secrets.values():
            named = {read.store for read in secret.reads} | {push.store for push in secret.push}
            if secret.leased:
                named.add(secret.leased.store)
            if key in named:
                yield RULE.at(
                    secret.at.key, also=[(store.at / "conditions").key], secret=secret.key,
                    store=key, namespace=app.namespace,
                )  # fmt: skip


def _may_admit(condition: Mapping[str, Any], namespace: str) -> bool:
    """Whether a condition admits the namespace, as far as its name tells."""
    if "namespaceSelector" in condition or namespace in condition.get("namespaces", ()):
        return True
    return any(_may_match(one, namespace) for one in condition.get("namespaceRegexes", ()))


def _may_match(pattern: str, namespace: str) -> bool:
    if re2_problem(pattern):
        return True  # another finding's
    try:
        return re.search(pattern.replace(r"\z", r"\Z"), namespace) is not None
    except re.error:  # Go's alone
        return True


RULE = Rule(
    code="SK251",
    title="`{secret}` uses the store `{store}`, whose conditions do not admit the namespace `{namespace}`",
    why="the operator denies it: the Secret is never made",
    fix="add the namespace to the `conditions` of the store, or use a store of the namespace",
    source="External Secrets Operator, conditions of a ClusterSecretStore",
    find=find,
    wrong="""
        spec:
          stores:
            vault:
              scope: cluster
              conditions: [{namespaces: [elsewhere]}, {namespaceRegexes: ["^team-.*$"]}]
              vault: {server: "https://vault.example.com", path: kv, role: shop}
          secrets:
            db:  # <- SK251
              from: vault
              keys: {password: db#password}
    """,
    right="""
        spec:
          stores:
            vault:
              scope: cluster
              conditions: [{namespaces: [elsewhere]}, {namespaceRegexes: ["^(prod|team-.*)$"]}]
              vault: {server: "https://vault.example.com", path: kv, role: shop}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
)
