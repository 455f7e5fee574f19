"""Every object of every example under the CRDs of ESO 2.9 and sealed-secrets."""

from copy import deepcopy
from typing import Any

import crds
import pytest

from examples import EXAMPLES, Example, bodies, identity, outcome

pytestmark = pytest.mark.skipif(
    not crds.FOLDER.is_dir(),
    reason="the upstream CRDs (folder shared/crds beside the checkout) are not here",
)

every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.id)


def customs(example: Example) -> list[dict[str, Any]]:
    return [body for body in bodies(example) if crds.is_custom(body)]


@every_example
def test_the_crds_take_every_object(example: Example) -> None:
    refused = {identity(body): crds.problems(body) for body in customs(example)}

    assert {name: said for name, said in refused.items() if said} == {}


@every_example
def test_the_crds_defaults_change_nothing(example: Example) -> None:
    verbatim = {
        (store.kind, store.name)
        for app in outcome(example).apps
        for store in app.app.stores.values()
        if store.form == "provider"
    }
    ours = [body for body in customs(example) if (body["kind"], identity(body)[3]) not in verbatim]

    assert [crds.defaulted(body) for body in ours] == ours


@every_example
def test_defaults_reach_a_verbatim_provider_alone(example: Example) -> None:
    for body in customs(example):
        stored = crds.defaulted(body)
        if stored != body:
            assert list(body["spec"]["provider"]) == list(stored["spec"]["provider"])
            stored["spec"]["provider"] = body["spec"]["provider"]
            assert stored == body


def store(**provider: Any) -> dict[str, Any]:
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "SecretStore",
        "metadata": {"name": "store", "namespace": "shop"},
        "spec": {"provider": provider},
    }


AWS = store(aws={"service": "SecretsManager", "region": "us-east-1", "sessionTagsPolicy": "None"})
TOKEN = {"tokenSecretRef": {"name": "bao", "key": "token"}}
USER = {"userPass": {"username": "app"}}


def changed(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with another value at a dotted path."""
    copy = deepcopy(body)
    *way, last = path.split(".")
    at = copy
    for step in way:
        at = at[step]
    at[last] = value
    return copy


# The judge itself: what it must refuse, why, and where.
@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(AWS, [], id="a store as we emit it"),
        pytest.param(
            changed(AWS, "spec.provider.aws.regoin", "x"),
            [("structure", "spec.provider.aws")],
            id="an unknown field",
        ),
        pytest.param(
            changed(AWS, "spec.provider.aws.service", "SecretManager"),
            [("structure", "spec.provider.aws.service")],
            id="a word that is not in the enum",
        ),
        pytest.param(
            changed(AWS, "spec", {}), [("structure", "spec")], id="a required field is missing"
        ),
        pytest.param(
            changed(AWS, "apiVersion", "external-secrets.io/v1beta1"),
            [("version", "apiVersion")],
            id="a version that is no longer served",
        ),
        pytest.param(
            changed(AWS, "kind", "SecretShop"), [("kind", "kind")], id="a kind that nobody knows"
        ),
        pytest.param(
            changed(AWS, "metadata", {"name": "store"}),
            [("scope", "metadata.namespace")],
            id="a namespaced object without a namespace",
        ),
        pytest.param(
            changed(AWS, "kind", "ClusterSecretStore"),
            [("scope", "metadata.namespace")],
            id="a cluster-wide object with a namespace",
        ),
        pytest.param(
            changed(AWS, "spec.provider.aws.customSessionTags", {"esoNamespace": "x"}),
            [("rule", "spec.provider.aws.customSessionTags")],
            id="a CEL rule on the keys of a map",
        ),
        pytest.param(
            store(openBao={"server": "https://bao.example.com", "auth": {**TOKEN, **USER}}),
            [("rule", "spec.provider.openBao.auth")],
            id="a CEL rule that counts fields",
        ),
    ],
)
def test_the_judge_refuses_what_a_server_would(
    body: dict[str, Any], said: list[tuple[str, str]]
) -> None:
    assert [(found.why, found.path) for found in crds.problems(body)] == said


def test_the_judge_sees_a_default_that_is_not_written_out() -> None:
    body = store(aws={"service": "SecretsManager", "region": "us-east-1"})

    assert crds.defaulted(body) == AWS


def test_every_cel_rule_of_the_crds_compiles() -> None:
    rules = {rule for kind in crds.kinds(crds.FOLDER).values() for rule in cel_rules(kind.schema)}
    programs = {rule: crds._program(rule) for rule in rules}

    assert len(programs) > 10


def cel_rules(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return {rule for item in schema for rule in cel_rules(item)}
    if not isinstance(schema, dict):
        return set()
    own = schema.get("x-kubernetes-validations", [])
    found = {rule["rule"] for rule in own if isinstance(own, list)}
    return found.union(*(cel_rules(item) for item in schema.values()))
