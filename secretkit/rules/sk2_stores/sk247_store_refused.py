"""SK247: a store is one that the operator takes: what its code demands beyond its CRD."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.store import Store
from secretkit.rules import Rule

Problem: TypeAlias = tuple[str, str, str]  # the field, what is wrong, and how to mend it
_SET_BY_ESO = ("esoNamespace", "esoStoreName", "esoStoreKind")


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        judge = _JUDGES.get(store.provider_name or "")
        for field, problem, fix in judge(store) if judge else ():
            place = store.settings_at
            for step in field.split(".") if field else ():
                place = place / step
            yield RULE.at(place.key, problem=problem, fix=fix)


def _aws(store: Store) -> Iterator[Problem]:
    for tag in store.part("customSessionTags"):
        if tag in _SET_BY_ESO:
            yield (
                f"customSessionTags.{tag}",
                f"the operator sets the tag `{tag}` itself",
                "rename it",
            )


def _azure(store: Store) -> Iterator[Problem]:
    settings = store.settings
    if settings.get("environmentType") == "AzureStackCloud" and "customCloudConfig" not in settings:
        problem = "AzureStackCloud has no endpoints that could be known"
        yield "environmentType", problem, "add `customCloudConfig` and `useAzureSDK: true`"
    if "customCloudConfig" in settings and settings.get("useAzureSDK") is not True:
        problem = "`customCloudConfig` works with Azure's newer library alone"
        yield "customCloudConfig", problem, "add `useAzureSDK: true`"
    if settings.get("authType", "ServicePrincipal") != "ServicePrincipal":
        return
    secret = store.part("authSecretRef")
    missing = [] if "tenantId" in settings else ["tenantId"]
    missing += [] if "clientId" in secret else ["authSecretRef.clientId"]
    if secret.keys().isdisjoint(("clientSecret", "clientCertificate")):
        missing.append("authSecretRef.clientSecret")
    if missing:
        names = " and ".join(f"`{name}`" for name in missing)
        fix = f"add {names}, or log in with a `serviceAccount`, or with another `authType`"
        yield "", f"a ServicePrincipal, the default of `authType`, needs {names}", fix


def _gcp(store: Store) -> Iterator[Problem]:
    if "secretRef" in store.part("auth") and "projectID" not in store.settings:
        problem = "a login by key does not say which project is meant"
        yield "auth.secretRef", problem, "add `projectID`"


def _vault(store: Store) -> Iterator[Problem]:
    if store.settings.get("version") == "v1" and store.part("checkAndSet").get("required"):
        yield "checkAndSet", "KV v1 has no check-and-set", "drop it, or use KV v2"


_JUDGES: Mapping[str, Callable[[Store], Iterator[Problem]]] = {
    "aws": _aws, "azurekv": _azure, "gcpsm": _gcp, "vault": _vault,
}  # fmt: skip

RULE = Rule(
    code="SK247",
    title="External Secrets Operator does not take this store: {problem}",
    why="its code demands more than its CRD says, at admission or at the first login",
    fix="{fix}",
    source="External Secrets Operator, ValidateStore() of the providers",
    find=find,
    wrong="""
        spec:
          stores:
            azure:
              azure:  # <- SK247
                vaultUrl: https://shop.vault.azure.net
            gcp:
              gcp:
                auth:
                  secretRef:  # <- SK247
                    secretAccessKeySecretRef: {name: gcp, key: key.json}
            vault:
              vault:
                server: https://vault.example.com
                path: kv
                version: v1
                role: shop
                checkAndSet:  # <- SK247
                  required: true
            aws:
              aws:
                service: SecretsManager
                region: us-east-1
                sessionTagsPolicy: Custom
                customSessionTags:
                  esoNamespace: shop  # <- SK247
          secrets:
            db:
              from: vault
              keys:
                a: db#a
                b: {from: azure, key: b}
                c: {from: gcp, key: c}
                d: {from: aws, key: d}
    """,
    right="""
        spec:
          stores:
            azure:
              azure: {vaultUrl: "https://shop.vault.azure.net", serviceAccount: {name: shop, existing: true}}
            gcp:
              gcp:
                projectID: shop-prod
                auth: {secretRef: {secretAccessKeySecretRef: {name: gcp, key: key.json}}}
          secrets:
            db: {from: azure, keys: {b: b, c: {from: gcp, key: c}}}
    """,
)
