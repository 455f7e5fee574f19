"""SK250: a provider as it stands has the form of its CRD."""

from collections.abc import Iterator

from secretkit import stores
from secretkit.finding import Finding
from secretkit.fragment import Fragment, record
from secretkit.model.app import App
from secretkit.model.store import Store
from secretkit.rules import Rule
from secretkit.text import Place, Tree


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        if store.form == "provider" and store.settings:
            yield from _of(store)


def _of(store: Store) -> Iterator[Finding]:
    from secretkit.check import Checker  # few stores come as they stand
    from secretkit.schema.publish import published

    name = store.provider_name or ""
    fragment = _form(name)
    if fragment is None:
        return
    form = record("The provider.", {name: fragment})
    for found in Checker(published(form)).check(Tree(dict(store.provider), ())):
        assert isinstance(found.place, Place)
        place = store.at / "provider"
        for step in found.place.path:
            place = place / step
        yield RULE.at(place.key, name=name, problem=found.message, mend=found.fix)


def _form(name: str) -> Fragment | None:
    """The form of a provider; None of one that is not the operator's, which SK238 finds."""
    from secretkit.schema import objects, verbatim

    backend = stores.of_provider(name)
    return objects.provider(backend) if backend else verbatim.provider(name)


RULE = Rule(
    code="SK250",
    title="the provider `{name}` does not take this: {problem}",
    why="a provider is passed on as it stands: the API server drops or refuses what its CRD does not "
    "know, and the operator fails without what it needs",
    fix="{mend}",
    source="CRD of the SecretStore",
    find=find,
    wrong="""
        spec:
          stores:
            vault:
              provider:
                vault:
                  server: https://vault.example.com
                  path: kv
                  role: shop  # <- SK250
                  auth: {kubernetes: {mountPath: kubernetes, role: shop}}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
    right="""
        spec:
          stores:
            vault:
              provider:
                vault:
                  server: https://vault.example.com
                  path: kv
                  auth: {kubernetes: {mountPath: kubernetes, role: shop}}
          secrets:
            db: {from: vault, keys: {password: db#password}}
    """,
)
