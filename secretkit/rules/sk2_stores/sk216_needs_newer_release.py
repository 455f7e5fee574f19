"""SK216: the target knows what is asked of it, where no field tells."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.target import Feature, spelled
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for place, feature, what, without in _needs(app):
        if app.target.has(feature):
            continue
        part, first, _ = feature.value
        now = spelled(app.target.release(part))
        yield RULE.at(place, what=what, first=spelled(first), now=now, without=without)


def _needs(app: App) -> Iterator[tuple[Place, Feature, str, str]]:
    for secret in app.secrets.values():
        if secret.creation_policy == "CreateOrMerge":
            place = secret.at / "creationPolicy"
            without = "use `Merge`, once the Secret is there, or `Owner`"
            yield place, Feature.CREATE_OR_MERGE, "`creationPolicy: CreateOrMerge`", without
        if secret.is_operators and secret.refresh.policy == "OnChange":
            without = "give an interval"
            yield secret.refresh.at, Feature.REFRESH_POLICY, "`refresh: onChange`", without
    for store in app.stores.values():
        if store.provider_name != "gcpsm":
            continue
        login = store.part("auth", "workloadIdentity")
        if login and not {"clusterName", "clusterLocation"} <= login.keys():
            place = store.account.at if store.account else store.settings_at / "auth"
            without = "write `auth.workloadIdentity` with `clusterName` and `clusterLocation`"
            what = "a login to Google Cloud that does not name its cluster"
            yield place, Feature.GCP_CLUSTER_OPTIONAL, what, without


RULE = Rule(
    code="SK216",
    title="{what} needs External Secrets Operator {first}, and the target is {now}",
    why="the older release refuses the object, or drops what it does not know without a word",
    fix="raise `targets.externalSecrets` once the cluster runs it; until then {without}",
    source="CRDs of the releases, compared release by release",
    find=find,
    wrong="# not text: `refresh: onChange` for a target below 0.16, and the like",
)
