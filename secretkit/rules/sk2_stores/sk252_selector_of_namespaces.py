"""SK252: a selector of namespaces is one that Kubernetes can read."""

from collections.abc import Iterator, Mapping
from typing import Any

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.names import LABEL_VALUE, is_label_key
from secretkit.rules import Rule
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        for number, condition in enumerate(store.conditions):
            selector = condition.get("namespaceSelector", {})
            at = store.at / "conditions" / number / "namespaceSelector"
            for place, problem in _problems(selector, at):
                yield RULE.at(place, problem=problem)


def _problems(selector: Mapping[str, Any], at: Place) -> Iterator[tuple[Place, str]]:
    for key, value in selector.get("matchLabels", {}).items():
        place = at / "matchLabels" / key
        if not is_label_key(key):
            yield place.key, f"`{key}` cannot be the key of a label"
        elif not _is_value(value):
            yield place, f"no label can have the value `{value}`"
    for number, one in enumerate(selector.get("matchExpressions", ())):
        place = at / "matchExpressions" / number
        values = one.get("values", ())
        if not is_label_key(one["key"]):
            yield place / "key", f"`{one['key']}` cannot be the key of a label"
        if one["operator"] in ("Exists", "DoesNotExist"):
            if values:
                yield (place / "values").key, f"`{one['operator']}` takes no values"
        elif not values:
            yield place / "operator", f"`{one['operator']}` needs values"
        for index, value in enumerate(values):
            if not _is_value(value):
                yield place / "values" / index, f"no label can have the value `{value}`"


def _is_value(value: str) -> bool:
    return len(value) <= 63 and LABEL_VALUE.fullmatch(value) is not None


RULE = Rule(
    code="SK252",
    title="this selector matches no namespace: {problem}",
    why="the operator cannot read it, and then denies the store to every namespace",
    fix="write labels as they stand on the namespaces, such as `kubernetes.io/metadata.name: prod`",
    source="Kubernetes, LabelSelectorAsSelector",
    find=find,
    wrong="""
        spec:
          stores:
            vault:
              scope: cluster
              conditions:
                - namespaceSelector:
                    matchLabels:
                      team: shop@example.com  # <- SK252
                    matchExpressions:
                      - key: tier
                        operator: In  # <- SK252
              vault: {server: "https://vault.example.com", path: kv, role: shop}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
    right="""
        spec:
          stores:
            vault:
              scope: cluster
              conditions:
                - namespaceSelector:
                    matchLabels: {team: shop}
                    matchExpressions: [{key: tier, operator: In, values: [web]}]
              vault: {server: "https://vault.example.com", path: kv, role: shop}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
)
