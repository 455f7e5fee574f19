"""Each generator against ESO's own CRD, its example, and the keys that its Go code makes."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from secretkit import generators
from secretkit.fragment import VARIABLE, Fragment
from secretkit.generators import Generator, Settings
from secretkit.target import Feature, Target, version

CRDS = Path(__file__).parents[3] / "shared" / "crds"
needs_crds = pytest.mark.skipif(not CRDS.is_dir(), reason="ESO's CRDs are not on this machine")
RELEASES = sorted(CRDS.glob("external-secrets-*")) if CRDS.is_dir() else []

# Not ours: a reference to one, and the one that `dynamic` compiles to.
ELSEWHERE = {"ClusterGenerator", "VaultDynamicSecret"}
GENERATORS = [
    generators.get_module(module)
    for kind, module in generators.kinds().items()
    if kind not in ELSEWHERE
]
each_generator = pytest.mark.parametrize(
    "generator", [pytest.param(generator, id=generator.kind) for generator in GENERATORS]
)


@cache
def crd_spec(kind: str) -> Fragment:
    """The schema of `spec` in the newest CRD."""
    text = (CRDS / f"generators.external-secrets.io_{kind.lower()}s.yaml").read_text("utf-8")
    (served,) = [v for v in yaml.safe_load(text)["spec"]["versions"] if v["served"]]
    spec: Fragment = served["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return spec


def generator_kinds(folder: Path) -> set[str]:
    """What `generatorRef.kind` may be in the ExternalSecrets of a release."""
    text = (folder / "external-secrets.io_externalsecrets.yaml").read_text("utf-8")
    (stored,) = [v for v in yaml.safe_load(text)["spec"]["versions"] if v["storage"]]
    spec = stored["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    source = spec["dataFrom"]["items"]["properties"]["sourceRef"]["properties"]
    return set(source["generatorRef"]["properties"]["kind"]["enum"])


def walk(schema: Mapping[str, Any], path: str = "spec") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every schema within one, with its path: `.name` a field, `[]` an item, `{}` a value."""
    yield path, schema
    for name, field in schema.get("properties", {}).items():
        yield from walk(field, f"{path}.{name}")
    if "items" in schema:
        yield from walk(schema["items"], f"{path}[]")
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield from walk(schema["additionalProperties"], path + "{}")


LIMITS = ("minimum", "maximum", "maxLength", "minItems", "minProperties", "maxProperties")


def words(schema: Mapping[str, Any], *wanted: str) -> dict[str, Any]:
    return {word: schema[word] for word in wanted if word in schema}


def our_facts(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Type, enum and default of a fragment: a default is the CRD's where it is written out."""
    default = ["default"] if "x-written" in schema else []
    return words(schema, "type", "enum", *default)


def must(schema: Mapping[str, Any]) -> set[str]:
    """Fields that have to be given: the API server fills in those with a default."""
    fields = schema.get("properties", {})
    return {name for name in schema.get("required", []) if "default" not in fields[name]}


def closed(schema: Any) -> Any:
    """A CRD's schema as kubectl's strict validation reads it."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out = {word: closed(value) for word, value in schema.items()}
    if isinstance(out.get("properties"), dict) and isinstance(out.get("type"), str):
        out["additionalProperties"] = False
        out["required"] = sorted(must(schema))
    return out


def errors(schema: Mapping[str, Any], value: Any) -> list[str]:
    """What JSON Schema and our counting annotations say against a value."""
    found = [error.message for error in Draft202012Validator(schema).iter_errors(value)]
    return found + list(counting(schema, value))


COUNTS = {"x-exactly-one": (1, 1), "x-at-most-one": (0, 1), "x-at-least-one": (1, 99)}


def counting(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from counting(schema["items"], item)
    if not isinstance(value, dict):
        return
    for word, (least, most) in COUNTS.items():
        fields = schema.get(word)
        if fields and not least <= len(set(fields) & set(value)) <= most:
            yield f"{word} of {', '.join(fields)}"
    for name, field in schema.get("properties", {}).items():
        if name in value:
            yield from counting(field, value[name])


@each_generator
def test_a_module_is_named_after_its_kind(generator: Generator) -> None:
    assert generators.kinds()[generator.kind] == generator.kind.lower()


@needs_crds
def test_the_kinds_are_those_an_external_secret_may_refer_to() -> None:
    assert set(generators.kinds()) - ELSEWHERE == generator_kinds(CRDS) - ELSEWHERE


def test_an_unknown_kind_has_no_module() -> None:
    with pytest.raises(ModuleNotFoundError):
        generators.get("Sorcery")


@needs_crds
@each_generator
def test_a_schema_has_the_fields_of_the_crd(generator: Generator) -> None:
    ours = {path: our_facts(schema) for path, schema in walk(generator.schema)}
    theirs = {
        path: words(schema, "type", "enum", "default")
        for path, schema in walk(crd_spec(generator.kind))
    }
    assert ours == theirs


@needs_crds
@each_generator
def test_a_schema_demands_at_least_what_the_crd_demands(generator: Generator) -> None:
    ours = {path: set(schema.get("required", [])) for path, schema in walk(generator.schema)}
    theirs = {path: must(schema) for path, schema in walk(crd_spec(generator.kind))}
    assert {
        path: needed - ours[path] for path, needed in theirs.items() if needed - ours[path]
    } == {}


@needs_crds
@each_generator
def test_a_schema_has_the_limits_of_the_crd(generator: Generator) -> None:
    theirs = {path: words(schema, *LIMITS) for path, schema in walk(crd_spec(generator.kind))}
    ours = {path: words(schema, *theirs[path]) for path, schema in walk(generator.schema)}
    assert ours == theirs


@needs_crds
@each_generator
def test_a_schema_has_the_patterns_of_the_crd(generator: Generator) -> None:
    ours = {path: schema.get("pattern") for path, schema in walk(generator.schema)}
    theirs = {
        path: f"{schema['pattern']}|{VARIABLE}"
        for path, schema in walk(crd_spec(generator.kind))
        if "pattern" in schema
    }
    assert {path: ours[path] for path in theirs} == theirs


@needs_crds
@each_generator
def test_a_text_that_may_not_be_empty_may_not_be_empty_here(generator: Generator) -> None:
    theirs = [path for path, s in walk(crd_spec(generator.kind)) if s.get("minLength") == 1]
    ours = dict(walk(generator.schema))
    assert [path for path in theirs if not errors(ours[path], "")] == []


@needs_crds
@each_generator
def test_the_fields_that_cel_counts_are_counted(generator: Generator) -> None:
    rules = {
        path: [rule["rule"] for rule in schema["x-kubernetes-validations"]]
        for path, schema in walk(crd_spec(generator.kind))
        if "x-kubernetes-validations" in schema
    }
    counted = {"spec": ["has(self.projectID) != has(self.groupID)"]}
    assert rules == (counted if generator.kind == "GitlabDeployToken" else {})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, ["x-exactly-one of projectID, groupID"], id="none"),
        pytest.param({"projectID": "acme/payments"}, [], id="a project"),
        pytest.param({"groupID": "acme"}, [], id="a group"),
        pytest.param(
            {"projectID": "acme/payments", "groupID": "acme"},
            ["x-exactly-one of projectID, groupID"],
            id="both",
        ),
    ],
)
def test_a_deploy_token_is_for_a_project_or_a_group(given: Settings, expected: list[str]) -> None:
    ref = {"secretRef": {"name": "gitlab-api", "key": "token"}}
    spec = {"name": "pull", "scopes": ["read_registry"], "auth": {"token": ref}, **given}
    assert errors(generators.get("GitlabDeployToken").schema, spec) == expected


@each_generator
def test_a_schema_is_a_json_schema(generator: Generator) -> None:
    Draft202012Validator.check_schema(generator.schema)


@each_generator
def test_a_field_has_a_description_and_an_example_that_fits(generator: Generator) -> None:
    bare = [
        path
        for path, schema in walk(generator.schema)
        if not schema["description"]
        or (
            path.rpartition(".")[0] and not path.endswith(("[]", "{}")) and "examples" not in schema
        )
    ]
    wrong = {
        path: found
        for path, schema in walk(generator.schema)
        for example in schema.get("examples", [])
        if (found := errors(schema, example))
    }
    assert (bare, wrong) == ([], {})


@needs_crds
@each_generator
def test_no_description_is_copied_from_the_crd(generator: Generator) -> None:
    theirs = {schema.get("description", "") for _, schema in walk(crd_spec(generator.kind))}
    ours = {schema["description"] for _, schema in walk(generator.schema)}
    assert ours & theirs == set()


@each_generator
def test_an_example_fits_its_schema(generator: Generator) -> None:
    assert errors(generator.schema, yaml.safe_load(generator.example)) == []


@needs_crds
@each_generator
def test_an_example_fits_the_crd(generator: Generator) -> None:
    assert errors(closed(crd_spec(generator.kind)), yaml.safe_load(generator.example)) == []


@pytest.mark.parametrize(
    ("kind", "spec", "expected"),
    [
        pytest.param("ACRAccessToken", {}, ("password", "username"), id="acr"),
        pytest.param("BeyondtrustWorkloadCredentialsDynamicSecret", {}, None, id="beyondtrust"),
        pytest.param("CloudsmithAccessToken", {}, ("auth", "expiry"), id="cloudsmith"),
        pytest.param(
            "ECRAuthorizationToken",
            {"region": "eu-west-1"},
            ("expires_at", "password", "proxy_endpoint", "username"),
            id="ecr",
        ),
        pytest.param(
            "ECRAuthorizationToken",
            {"region": "us-east-1", "scope": "public"},
            ("expires_at", "password", "username"),
            id="public ecr has no endpoint",
        ),
        pytest.param("Fake", {}, (), id="fake without data"),
        pytest.param("Fake", {"data": {"b": "1", "a": "2"}}, ("a", "b"), id="fake"),
        pytest.param("GCRAccessToken", {}, ("expiry", "password", "username"), id="gcr"),
        pytest.param("GithubAccessToken", {}, ("token",), id="github"),
        pytest.param("GitlabDeployToken", {}, ("token", "username"), id="gitlab"),
        pytest.param("Grafana", {}, ("login", "token"), id="grafana"),
        pytest.param("MFA", {}, ("timeLeft", "token"), id="mfa"),
        pytest.param("Password", {}, ("password",), id="password"),
        pytest.param("Password", {"secretKeys": ["b", "a"]}, ("a", "b"), id="password with keys"),
        pytest.param("QuayAccessToken", {}, ("auth", "expiry", "registry"), id="quay"),
        pytest.param("SSHKey", {}, ("privateKey", "publicKey"), id="ssh key"),
        pytest.param(
            "STSSessionToken",
            {},
            ("access_key_id", "expiration", "secret_access_key", "session_token"),
            id="sts",
        ),
        pytest.param("UUID", {}, ("uuid",), id="uuid"),
        pytest.param("Webhook", {"url": "https://issuer.example.com"}, None, id="webhook"),
    ],
)
def test_the_keys_are_those_the_generator_makes(
    kind: str, spec: Settings, expected: tuple[str, ...] | None
) -> None:
    assert generators.get(kind).keys(spec) == expected


def test_tokens_are_told_from_values_that_last() -> None:
    assert {generator.kind for generator in GENERATORS if not generator.makes_tokens} == {
        "Fake",
        "GitlabDeployToken",
        "Password",
        "SSHKey",
        "UUID",
        "Webhook",
    }


def features(generator: Generator) -> set[str]:
    """Every Feature that a generator or one of its fields names."""
    found = {generator.since} if generator.since else set()
    for _, schema in walk(generator.schema):
        found |= {schema["x-since"]} if "x-since" in schema else set()
        found |= set(schema.get("x-since-values", {}).values())
    return found


def test_every_feature_is_in_the_table() -> None:
    named = set().union(*map(features, GENERATORS))
    assert sorted(named - set(Feature.__members__)) == []


@needs_crds
@pytest.mark.parametrize("folder", [pytest.param(path, id=path.name) for path in RELEASES])
def test_a_kind_needs_the_release_that_brought_it(folder: Path) -> None:
    release = Target(external_secrets=version(folder.name.rpartition("-")[2]))
    judged = [g for g in GENERATORS if g.since is None or g.since in Feature.__members__]
    has = {g.kind for g in judged if g.since is None or release.has(Feature[g.since])}
    assert has == {g.kind for g in judged} & generator_kinds(folder)
