"""SK216: the target knows what is asked of it, where no field tells."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from secretkit import stores
from secretkit.finding import Finding
from secretkit.fragment import lacking
from secretkit.model.app import App
from secretkit.model.secret import Generated, Secret
from secretkit.model.store import Store
from secretkit.rules import Rule
from secretkit.target import PROVIDER_FIELDS, Feature, Target, Version, spelled
from secretkit.text import Path, Place, has


class _Need(NamedTuple):
    """What stands at a place, from which release on, and what to do before."""

    place: Place
    first: Version
    what: str
    without: str


def find(app: App) -> Iterator[Finding]:
    now = app.target.external_secrets
    for need in _needs(app):
        if now < need.first:
            yield RULE.at(
                need.place, what=need.what, first=spelled(need.first), now=spelled(now),
                without=need.without,
            )  # fmt: skip


def _needs(app: App) -> Iterator[_Need]:
    for secret in app.secrets.values():
        yield from _of_secret(secret)
    for store in app.stores.values():
        yield from _of_login(store)
        if store.form == "provider":
            yield from _verbatim(store, app.target)


def _of_secret(secret: Secret) -> Iterator[_Need]:
    if secret.creation_policy == "CreateOrMerge":
        yield _Need(
            secret.at / "creationPolicy", Feature.CREATE_OR_MERGE.value[1],
            "`creationPolicy: CreateOrMerge`",
            "use `Merge`, once the Secret is there, or `Owner`",
        )  # fmt: skip
    if secret.is_operators and secret.refresh.policy == "OnChange":
        yield _Need(
            secret.refresh.at, Feature.REFRESH_POLICY.value[1], "`refresh: onChange`",
            "give an interval",
        )  # fmt: skip
    if isinstance(secret.origin, Generated) and secret.origin.kind == "VaultDynamicSecret":
        spec = secret.origin.spec
        if spec is not None and "auth" not in spec["provider"]:
            yield _no_login((secret.origin.at / secret.origin.kind / "provider").key)


def _of_login(store: Store) -> Iterator[_Need]:
    if store.provider_name == "vault" and "auth" not in store.settings:
        yield _no_login(store.settings_at.key)
    login = store.part("auth", "workloadIdentity") if store.provider_name == "gcpsm" else {}
    if login and not {"clusterName", "clusterLocation"} <= login.keys():
        yield _Need(
            store.account.at if store.account else store.settings_at / "auth",
            Feature.GCP_CLUSTER_OPTIONAL.value[1],
            "a login to Google Cloud that does not name its cluster",
            "write `auth.workloadIdentity` with `clusterName` and `clusterLocation`",
        )  # fmt: skip


def _no_login(place: Place) -> _Need:
    first = Feature.VAULT_AUTH_OPTIONAL.value[1]
    return _Need(place, first, "a Vault without `auth`", "say how to log in")


def _verbatim(store: Store, target: Target) -> Iterator[_Need]:
    """Fields of a provider that came as it stands, which no schema of ours has seen."""
    without = "leave it out"
    name = store.provider_name or ""
    for field, first in PROVIDER_FIELDS.items():
        provider, *steps = field.split(".")
        if provider == name and has(store.settings, tuple(steps)):
            yield _Need(_below(store, tuple(steps)), first, f"`{field}`", without)
    known = lambda feature: target.has(Feature[feature])  # noqa: E731
    for path, feature in lacking(_schema(name), store.settings, known):
        _, first, what = Feature[feature].value
        yield _Need(_below(store, path), first, what, without)


def _below(store: Store, path: Path) -> Place:
    place = store.settings_at
    for step in path:
        place = place / step
    return place.key


def _schema(provider: str) -> dict[str, Any]:
    """The fields of a provider that has a short form; empty for the others."""
    backend = stores.of_provider(provider)
    return backend.schema if backend else {}


RULE = Rule(
    code="SK216",
    title="{what} needs External Secrets Operator {first}, and the target is {now}",
    why="the older release refuses the object, or drops what it does not know without a word",
    fix="raise `targets.externalSecrets` once the cluster runs it; until then {without}",
    source="CRDs of the releases, compared release by release",
    find=find,
    wrong="# not text: `refresh: onChange` for a target below 0.16, and the like",
)
