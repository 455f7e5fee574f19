"""SK702: one login of a store in two apps."""

import json
from collections.abc import Iterable, Iterator, Sequence

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.store import Store
from secretkit.names import digest
from secretkit.objects import Object
from secretkit.rules import Fact, Group, Rule


def gather(app: App, objects: Sequence[Object]) -> Iterator[Fact]:  # noqa: ARG001
    for store in app.stores.values():
        if store.is_ref or store.is_shared:
            continue  # one object that is meant for many
        for what, key in _logins(app, store):
            yield Fact((what, digest(key)), store.at.key.mark, app.name, app.namespace)


def _logins(app: App, store: Store) -> Iterator[tuple[str, str]]:
    """Identities that the store logs in with, each with what it is; a secret's name is not shown."""
    for annotation, value in store.account.annotations.items() if store.account else ():
        if "role" in annotation or "account" in annotation or "client-id" in annotation:
            yield "cloud identity", value
    vault = store.vault or {}
    login = (vault.get("auth") or {}).get("kubernetes") or {}
    if login.get("role"):
        yield "Vault role", json.dumps([vault.get("server"), vault.get("namespace"), login["role"]])
    for reference in store.references:
        if reference.kind == "secret":
            found = reference.value
            where = [found.get("namespace", app.namespace), found["name"], found.get("key")]
            yield "secret", json.dumps(where)


def judge(groups: Iterable[Group]) -> Iterator[Finding]:
    for first, *others in groups:
        for other in others:
            if other.app != first.app:
                yield RULE.at(other.mark, also=[first.mark], what=first.key[0], first=first.app)


RULE = Rule(
    code="SK702",
    severity="warning",
    title="this store logs in with the {what} of `{first}`'s",
    why="either app can then read all that the other can, and a leak in one is a leak in both",
    fix="give each app a login of its own; a preset with `${{app}}` in it does so by itself",
    gather=gather,
    judge=judge,
    wrong="# not text: two apps whose stores name one IAM role, Vault role or credential",
)
