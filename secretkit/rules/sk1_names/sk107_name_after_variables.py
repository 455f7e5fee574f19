"""SK107: what variables make of a name is still a name."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.names import is_label, is_subdomain
from secretkit.rules import Rule
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for place, name, what in (*_labels(app), *_subdomains(app)):
        is_namespace = what == "a namespace"
        if not (is_label(name) if is_namespace else is_subdomain(name)):
            form = "`-`, at most 63" if is_namespace else "`-` and `.`, at most 253"
            yield RULE.at(place, name=name, what=what, form=form)


def _labels(app: App) -> Iterator[tuple[Place, str, str]]:
    what = "a namespace"
    yield app.at / "metadata" / "namespace", app.namespace, what
    for store in app.stores.values():
        if store.account and store.account.namespace != app.namespace:
            yield store.account.at / "namespace", store.account.namespace, what
        for number, condition in enumerate(store.conditions):
            at = store.at / "conditions" / number / "namespaces"
            for one, namespace in enumerate(condition.get("namespaces", ())):
                yield at / one, namespace, what
    for access in app.access:
        if access.subject_namespace not in (None, app.namespace):
            yield access.at / "namespace", str(access.subject_namespace), what


def _subdomains(app: App) -> Iterator[tuple[Place, str, str]]:
    for secret in app.secrets.values():
        yield secret.at / "name", secret.name, "a Secret"
    for store in app.stores.values():
        at = store.at if not store.is_ref else store.at / "ref"
        yield at / "name", store.name, "a store"
        if store.account:
            yield store.account.at / "name", store.account.name, "a ServiceAccount"
    for access in app.access:
        if access.subject_kind == "ServiceAccount":
            yield access.at / "serviceAccount", access.subject, "a ServiceAccount"
    for workload in app.workloads:
        for entry in workload.entries:
            yield entry.at / "name", workload.name, "a workload"


RULE = Rule(
    code="SK107",
    title="`{name}` cannot be the name of {what}",
    why="the API server takes lower case letters, digits, {form}; the variables in it are replaced "
    "first",
    fix="write the name so that it holds for every value of its variables",
    source="Kubernetes, DNS-1123 names",
    find=find,
    wrong="""
        spec:
          stores:
            vault:
              vault:
                server: https://vault.example.com
                path: kv
                role: shop
                serviceAccount: "${app}_vault"  # <- SK107
          secrets:
            db:
              name: "${namespace}.DB"  # <- SK107
              from: vault
              keys: {password: db#password}
    """,
    right="""
        spec:
          stores:
            vault:
              vault:
                server: https://vault.example.com
                path: kv
                role: shop
                serviceAccount: "${app}-vault"
          secrets:
            db:
              name: "${namespace}.db"
              from: vault
              keys: {password: db#password}
    """,
)
