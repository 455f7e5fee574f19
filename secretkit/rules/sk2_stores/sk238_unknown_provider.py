"""SK238: a provider is one of the operator's, spelled its way."""

from collections.abc import Iterator, Mapping

from secretkit.finding import Finding, closest
from secretkit.model.app import App
from secretkit.model.store import PROVIDERS, REMOVED_PROVIDERS
from secretkit.rules import Rule
from secretkit.target import Feature, Target, spelled

_DROPPED = "the API server drops a name that it does not know, and refuses a store without any"


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        name = store.provider_name
        if name is None:
            continue
        problem, why = _problem(name, app.target), _DROPPED
        if not problem and not isinstance(store.provider[name], Mapping):
            problem, why = (
                "has no settings here",
                "the API server refuses a provider without fields",
            )
        if problem:
            yield RULE.at((store.at / "provider" / name).key, name=name, problem=problem, why=why)


def _problem(name: str, target: Target) -> str | None:
    now = spelled(target.external_secrets)
    if name in REMOVED_PROVIDERS:
        gone = target.has(Feature.OLD_PROVIDERS_GONE)
        return f"was removed in 2.0, and the target is {now}" if gone else None
    if name not in PROVIDERS:
        by_lower = {known.lower(): known for known in PROVIDERS}
        near = by_lower.get(name.lower())
        return "does not exist" + (
            f", did you mean `{near}`?" if near else closest(name, PROVIDERS)
        )
    needs = PROVIDERS[name]
    if needs and not target.has(Feature[needs]):
        return f"needs release {spelled(Feature[needs].value[1])}, and the target is {now}"
    return None


RULE = Rule(
    code="SK238",
    title="the provider `{name}` of External Secrets Operator {problem}",
    why="{why}",
    fix="use the exact name, capitals included, and a release that has it",
    source="CRD of the SecretStore, release by release",
    find=find,
    wrong="""
        spec:
          stores:
            bao:
              provider:
                openbao: {server: "https://bao.example.com", auth: {}}  # <- SK238
          secrets:
            db: {from: bao, keys: {password: db#password}}
    """,
    right="""
        spec:
          stores:
            bao:
              provider:
                openBao: {server: "https://bao.example.com", path: kv}
          secrets:
            db: {from: bao, keys: {password: db#password}}
    """,
)
