"""SK237: some providers want to know the namespace of a cluster store's login."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.store import PINNED_PROVIDERS
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        if not (not store.is_ref and store.is_cluster and store.referent):
            continue
        is_pinned = store.provider_name in PINNED_PROVIDERS
        for reference in store.references:
            must = reference.kind == "ca" or (is_pinned and reference.kind == "secret")
            if must and "namespace" not in reference.value:
                place = store.settings_at
                for step in reference.path:
                    place = place / step
                name = reference.path[-1]
                yield RULE.at(place, name=name, provider=store.provider_name)


RULE = Rule(
    code="SK237",
    title="`{name}` of a cluster store needs its `namespace`",
    why="the provider {provider} looks it up in one namespace, never in that of each "
    "ExternalSecret, and the operator's webhook denies the store without",
    fix="add `namespace`, or drop `referent: true`, which fills it in",
    source="external-secrets issues 2727 and 2892",
    find=find,
    wrong="""
        spec:
          stores:
            doppler:
              scope: cluster
              referent: true
              conditions: [{namespaces: [prod]}]
              provider:
                doppler:
                  auth:
                    secretRef:
                      dopplerToken: {name: doppler, key: token}  # <- SK237
          secrets:
            db: {from: doppler, keys: {password: DB_PASSWORD}}
    """,
    right="""
        spec:
          stores:
            doppler:
              scope: cluster
              conditions: [{namespaces: [prod]}]
              provider:
                doppler:
                  auth:
                    secretRef:
                      dopplerToken: {name: doppler, key: token}
          secrets:
            db: {from: doppler, keys: {password: DB_PASSWORD}}
    """,
)
