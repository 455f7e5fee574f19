"""SK702: one login of a store in two apps."""

import json
from collections.abc import Iterable, Iterator, Sequence

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.store import Store
from secretkit.objects import Object
from secretkit.rules import Fact, Group, Rule

# What names the identity behind a ServiceAccount, cloud by cloud.
_IDENTITIES = frozenset(
    {
        "azure.workload.identity/client-id",
        "eks.amazonaws.com/role-arn",
        "iam.gke.io/gcp-service-account",
    }
)
# Vault's ways to log in as a role: the fields of the role and of the mount, and the usual mount.
_ROLES = {
    "gcp": ("role", "path", "gcp"),
    "iam": ("vaultRole", "path", "aws"),
    "jwt": ("role", "path", "jwt"),
    "kubernetes": ("role", "mountPath", "kubernetes"),
}


def gather(app: App, objects: Sequence[Object]) -> Iterator[Fact]:  # noqa: ARG001
    for store in app.stores.values():
        if store.is_ref or store.is_shared:
            continue  # one object that is meant for many
        for what, key in _logins(app, store):
            yield Fact((what, key), store.at.key.mark, app.name, app.namespace)


def _logins(app: App, store: Store) -> Iterator[tuple[str, str]]:
    """Identities that the store logs in with, each with what it is; a secret's name is not shown."""
    for annotation, value in store.account.annotations.items() if store.account else ():
        if annotation in _IDENTITIES:
            yield "cloud identity", value
    if store.provider_name == "aws" and store.settings.get("role"):
        yield "cloud identity", store.settings["role"]
    yield from _vault_roles(store)
    made = store.account.name if store.account and not store.account.existing else None
    for reference in store.references:
        found = reference.value
        where = [found.get("namespace", app.namespace), found["name"]]
        if reference.kind == "secret":
            yield "secret", json.dumps([*where, found.get("key")])
        elif reference.kind == "serviceAccount" and found["name"] != made:  # made twice is SK601
            yield "ServiceAccount", json.dumps(where)


def _vault_roles(store: Store) -> Iterator[tuple[str, str]]:
    """One name at two mounts is two roles."""
    vault = store.vault or {}
    for method, (role, mount, usual) in _ROLES.items():
        login = store.part("auth", method) if vault else {}
        if login.get(role):
            where = [vault.get("server"), vault.get("namespace"), login.get(mount) or usual]
            yield "Vault role", json.dumps([*where, login[role]])


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
