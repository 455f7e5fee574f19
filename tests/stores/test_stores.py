"""The short forms of stores against the CRDs of the releases we compile for."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from jsonschema import Draft202012Validator

from secretkit import stores
from secretkit.fragment import VARIABLE
from secretkit.stores import vault
from secretkit.target import Feature, version

CRDS = Path(__file__).parents[3] / "shared" / "crds"
NEWEST = "2.9.0"
OLDER = ("0.15.1", "0.17.0", "0.20.4", "1.3.2", "2.4.1", "2.8.0")
SHORT_FORMS = ("aws", "azure", "gcp", "kubernetes", "vault")

needs_crds = pytest.mark.skipif(not CRDS.is_dir(), reason=f"no CRDs in {CRDS}")
every_store = pytest.mark.parametrize("short", SHORT_FORMS)

# Fields that an older release requires and a later one does not.
OLDER_DEMANDS = {
    ("gcp", "0.15.1"): {
        ".auth.workloadIdentity.clusterLocation",
        ".auth.workloadIdentity.clusterName",
    },
}

# Enums of ours where the CRD takes any text: other texts mean nothing to the controller.
NARROWER = {("gcp", ".secretVersionSelectionPolicy"): ["LatestOrFail", "LatestOrFetch"]}

# Fields the controller cannot do without though the CRD does not say so, references aside.
STRICTER = {
    "aws": {
        ".auth.jwt.serviceAccountRef",
        ".auth.secretRef.accessKeyIDSecretRef",
        ".auth.secretRef.secretAccessKeySecretRef",
    },
    "azure": {".authSecretRef.clientId"},
    "gcp": {".auth.secretRef.secretAccessKeySecretRef"},
    "kubernetes": set(),
    "vault": {
        ".auth.cert.clientCert",
        ".auth.cert.secretRef",
        ".auth.gcp.secretRef.secretAccessKeySecretRef",
        ".auth.iam.jwt.serviceAccountRef",
        ".auth.iam.secretRef.accessKeyIDSecretRef",
        ".auth.iam.secretRef.secretAccessKeySecretRef",
        ".auth.ldap.secretRef",
        ".auth.userPass.secretRef",
        ".tls.certSecretRef",
        ".tls.keySecretRef",
    },
}


class Field(NamedTuple):
    """A field at its place: `schema` is ours or the CRD's."""

    schema: Mapping[str, Any]
    is_required: bool
    features: tuple[str, ...]  # what it and the objects around it need
    parent: Mapping[str, Any]


def walk(
    schema: Mapping[str, Any], path: str = "", features: tuple[str, ...] = ()
) -> Iterator[tuple[str, Field]]:
    """Every field below, shortcuts left out: (`.auth.jwt`, field), `[]` items, `{}` values."""
    below = {f".{name}": child for name, child in schema.get("properties", {}).items()}
    if "items" in schema:
        below["[]"] = schema["items"]
    if isinstance(schema.get("additionalProperties"), Mapping):
        below["{}"] = schema["additionalProperties"]
    for step, child in below.items():
        if child.get("x-shortcut"):
            continue
        needs = (*features, child["x-since"]) if "x-since" in child else features
        is_required = step.removeprefix(".") in schema.get("required", [])
        yield path + step, Field(child, is_required, needs, schema)
        yield from walk(child, path + step, needs)


@cache
def providers(release: str) -> Mapping[str, Any]:
    """`spec.provider` of the SecretStore that a release serves, newest version first."""
    folder = CRDS if release == NEWEST else CRDS / f"external-secrets-{release}"
    crd = served(folder / "external-secrets.io_secretstores.yaml", "v1", "v1beta1")
    found: Mapping[str, Any] = crd["properties"]["spec"]["properties"]["provider"]["properties"]
    return found


def served(file: Path, *versions: str) -> Mapping[str, Any]:
    crd = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    by_name = {entry["name"]: entry for entry in crd["spec"]["versions"] if entry["served"]}
    name = next(name for name in versions if name in by_name)
    schema: Mapping[str, Any] = by_name[name]["schema"]["openAPIV3Schema"]
    return schema


def ours(short: str) -> dict[str, Field]:
    return dict(walk(stores.get(short).schema))


def theirs(short: str, release: str = NEWEST) -> dict[str, Field]:
    return dict(walk(providers(release)[stores.get(short).provider_key]))


def exists(field: Field, release: str) -> bool:
    return all(Feature[name].value[1] <= version(release) for name in field.features)


def test_the_folder_holds_the_short_forms() -> None:
    assert stores.names() == SHORT_FORMS


@needs_crds
class TestAgainstTheCrd:
    @every_store
    def test_the_fields_at_every_depth_are_those_of_the_crd(self, short: str) -> None:
        assert sorted(ours(short)) == sorted(theirs(short))

    @every_store
    @pytest.mark.parametrize("keyword", ["type", "default"])
    def test_types_and_written_defaults_are_those_of_the_crd(
        self, short: str, keyword: str
    ) -> None:
        found = {
            path: field.schema.get(keyword)
            for path, field in ours(short).items()
            if keyword == "type" or field.schema.get("x-written")
        }
        expected = {
            path: field.schema.get(keyword)
            for path, field in theirs(short).items()
            if keyword in field.schema
        }
        assert found == expected

    @every_store
    def test_enums_are_those_of_the_crd(self, short: str) -> None:
        found = {path: field.schema["enum"] for path, field in ours(short).items()
                 if "enum" in field.schema}  # fmt: skip
        expected = {path: field.schema["enum"] for path, field in theirs(short).items()
                    if "enum" in field.schema}  # fmt: skip
        narrower = {path: enum for (form, path), enum in NARROWER.items() if form == short}
        assert found == expected | narrower

    @every_store
    def test_patterns_are_those_of_the_crd_and_let_variables_pass(self, short: str) -> None:
        narrower = [f"{form}|{VARIABLE}" for form in (vault.MOUNTED, vault.URL)]
        found = {path: field.schema["pattern"] for path, field in ours(short).items()
                 if field.schema.get("pattern", narrower[0]) not in narrower}  # fmt: skip
        expected = {path: f"{field.schema['pattern']}|{VARIABLE}"
                    for path, field in theirs(short).items()
                    if "pattern" in field.schema}  # fmt: skip
        assert found == expected

    @every_store
    def test_upper_bounds_are_those_of_the_crd(self, short: str) -> None:
        """A reference's namespace states none: `secretkit.fragment.namespace` has the pattern."""
        found = {path: field.schema.get("maxLength") for path, field in ours(short).items()}
        expected = {
            path: found[path] if path.endswith(".namespace") else field.schema.get("maxLength")
            for path, field in theirs(short).items()
        }
        assert found == expected

    @every_store
    def test_what_the_crd_requires_without_a_default_is_required(self, short: str) -> None:
        missing = [
            path
            for path, field in theirs(short).items()
            if field.is_required
            and "default" not in field.schema
            and not ours(short)[path].is_required
        ]
        assert missing == []

    @every_store
    def test_what_is_required_beyond_the_crd_is_what_the_controller_needs(self, short: str) -> None:
        beyond = {
            path
            for path, field in ours(short).items()
            if field.is_required
            and not theirs(short)[path].is_required
            and "x-ref" not in field.parent
        }
        assert beyond == STRICTER[short]

    @every_store
    def test_an_object_of_exactly_one_field_in_the_crd_is_one_in_ours(self, short: str) -> None:
        single = [path for path, field in theirs(short).items()
                  if field.schema.get("maxProperties") == 1]  # fmt: skip
        for path in single:
            schema = ours(short)[path].schema
            assert schema["x-exactly-one"] == list(schema["properties"])

    @every_store
    def test_no_description_is_copied(self, short: str) -> None:
        upstream = theirs(short)
        copied = [
            path
            for path, field in ours(short).items()
            if field.schema["description"] == upstream[path].schema.get("description")
        ]
        assert copied == []

    def test_vaults_fields_are_those_of_a_dynamic_secrets_provider(self) -> None:
        file = CRDS / "generators.external-secrets.io_vaultdynamicsecrets.yaml"
        spec = served(file, "v1alpha1")["properties"]["spec"]
        provider = dict(walk(spec["properties"]["provider"]))
        assert sorted(dict(walk(vault.SCHEMA))) == sorted(provider)


@needs_crds
@every_store
@pytest.mark.parametrize("release", OLDER)
class TestAgainstOlderReleases:
    def test_a_release_has_exactly_the_fields_whose_features_it_has(
        self, short: str, release: str
    ) -> None:
        available = [path for path, field in ours(short).items()
                     if exists(field, release)]  # fmt: skip
        assert sorted(theirs(short, release)) == sorted(available)

    def test_a_release_has_exactly_the_values_whose_features_it_has(
        self, short: str, release: str
    ) -> None:
        available = {}
        for path, field in ours(short).items():
            if "enum" not in field.schema or (short, path) in NARROWER:
                continue
            since = field.schema.get("x-since-values", {})
            if exists(field, release):
                available[path] = [
                    value
                    for value in field.schema["enum"]
                    if value not in since or Feature[since[value]].value[1] <= version(release)
                ]
        enums = {path: field.schema["enum"] for path, field in theirs(short, release).items()
                 if "enum" in field.schema}  # fmt: skip
        assert enums == available

    def test_what_a_release_requires_is_required(self, short: str, release: str) -> None:
        missing = {
            path
            for path, field in theirs(short, release).items()
            if field.is_required
            and "default" not in field.schema
            and not ours(short)[path].is_required
        }
        assert missing == OLDER_DEMANDS.get((short, release), set())

    def test_written_defaults_are_those_of_the_release(self, short: str, release: str) -> None:
        found = {path: field.schema["default"] for path, field in ours(short).items()
                 if "x-written" in field.schema
                 and exists(field, release)}  # fmt: skip
        expected = {path: field.schema["default"] for path, field in theirs(short, release).items()
                    if "default" in field.schema}  # fmt: skip
        assert found == expected


@every_store
def test_every_field_is_described_and_has_an_example(short: str) -> None:
    bare = [path for path, field in ours(short).items()
            if not field.schema["description"].endswith(".")
            or (not path.endswith(("[]", "{}")) and not field.schema.get("examples"))]  # fmt: skip
    assert bare == []


@every_store
def test_every_example_and_default_fits_its_field(short: str) -> None:
    schema = stores.get(short).schema
    fragments = [schema, *(field.schema for field in ours(short).values())]
    wrong = [
        error.message
        for fragment in fragments
        for value in [*fragment.get("examples", []), fragment.get("default")]
        if value is not None
        for error in Draft202012Validator(fragment).iter_errors(value)
    ]  # fmt: skip
    assert wrong == []


@every_store
def test_counted_fields_exist(short: str) -> None:
    counts = ("x-exactly-one", "x-at-most-one", "x-at-least-one")
    for schema in [stores.get(short).schema, *(field.schema for field in ours(short).values())]:
        counted = {name for count in counts for group in schema.get(count, [])
                   for name in group.split("|")}  # fmt: skip
        assert counted - set(schema.get("properties", {})) == set()


@every_store
def test_a_reference_demands_a_name_and_a_key_unless_the_controller_has_one(short: str) -> None:
    loose = [
        path
        for path, field in ours(short).items()
        if "x-ref" in field.schema
        for name in ("name", "key")
        if name in field.schema["properties"]
        and "default" not in field.schema["properties"][name]
        and name not in field.schema["required"]
    ]
    assert loose == []


@every_store
def test_shortcuts_are_the_fields_that_are_ours_and_exclude_fields_of_esos(short: str) -> None:
    backend = stores.get(short)
    fields = backend.schema["properties"]
    assert backend.name == short
    assert backend.shortcuts == tuple(sorted(
        name for name, field in fields.items() if field.get("x-shortcut")))  # fmt: skip
    assert set(backend.excludes) <= set(fields) - set(backend.shortcuts)


@every_store
def test_an_identity_is_taken_where_the_cloud_has_an_annotation_for_it(short: str) -> None:
    backend = stores.get(short)
    account = backend.schema["properties"]["serviceAccount"]["properties"]
    assert ("identity" in account) == (backend.identity is not None)


@every_store
def test_the_example_is_a_store_of_its_kind_that_the_schema_takes(short: str) -> None:
    backend = stores.get(short)
    store = yaml.safe_load(backend.example)
    assert list(store) == [short]
    assert list(Draft202012Validator(backend.schema).iter_errors(store[short])) == []


ACCOUNT = {"name": "payments-eso", "audiences": ["vault"], "namespace": "production"}
PEM = "-----BEGIN CERTIFICATE-----\nfake\n-----END CERTIFICATE-----\n"
PEM_BASE64 = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCmZha2UKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="
VAULT = {"server": "https://vault.example.com", "path": "secret"}
KEYS = {"name": "keys", "key": "token"}
ROOT_CA = {"type": "ConfigMap", "name": "kube-root-ca.crt", "key": "ca.crt"}
OTHER_CA = {"type": "Secret", "name": "remote-ca", "key": "ca.crt"}
REMOTE = "https://cluster.example.com:6443"

COMPILED = [
    pytest.param(
        "aws",
        {"service": "SecretsManager", "region": "us-east-1", "prefix": "production/"},
        ACCOUNT,
        {
            "service": "SecretsManager",
            "region": "us-east-1",
            "prefix": "production/",
            "auth": {"jwt": {"serviceAccountRef": ACCOUNT}},
        },
        id="aws account becomes auth.jwt",
    ),
    pytest.param(
        "aws",
        {"service": "ParameterStore", "region": "us-east-1"},
        None,
        {"service": "ParameterStore", "region": "us-east-1"},
        id="aws without account is the controller's identity",
    ),
    pytest.param(
        "gcp",
        {"projectID": "acme", "location": "europe-west1"},
        ACCOUNT,
        {
            "projectID": "acme",
            "location": "europe-west1",
            "auth": {"workloadIdentity": {"serviceAccountRef": ACCOUNT}},
        },
        id="gcp account becomes auth.workloadIdentity",
    ),
    pytest.param(
        "gcp",
        {"projectID": "acme", "auth": {"secretRef": {"secretAccessKeySecretRef": KEYS}}},
        None,
        {"projectID": "acme", "auth": {"secretRef": {"secretAccessKeySecretRef": KEYS}}},
        id="gcp auth stays",
    ),
    pytest.param(
        "azure",
        {"vaultUrl": "https://payments.vault.azure.net", "tenantId": "fake"},
        ACCOUNT,
        {
            "vaultUrl": "https://payments.vault.azure.net",
            "tenantId": "fake",
            "authType": "WorkloadIdentity",
            "serviceAccountRef": ACCOUNT,
        },
        id="azure account becomes a WorkloadIdentity",
    ),
    pytest.param(
        "azure",
        {"vaultUrl": "https://payments.vault.azure.net", "authType": "ManagedIdentity"},
        None,
        {"vaultUrl": "https://payments.vault.azure.net", "authType": "ManagedIdentity"},
        id="azure authType stays",
    ),
    pytest.param(
        "vault",
        {**VAULT, "role": "payments"},
        ACCOUNT,
        {
            **VAULT,
            "auth": {
                "kubernetes": {
                    "mountPath": "kubernetes",
                    "role": "payments",
                    "serviceAccountRef": ACCOUNT,
                }
            },
        },
        id="vault account and role become auth.kubernetes",
    ),
    pytest.param(
        "vault",
        {**VAULT, "role": "payments", "mountPath": "eu/kubernetes"},
        None,
        {**VAULT, "auth": {"kubernetes": {"mountPath": "eu/kubernetes", "role": "payments"}}},
        id="vault role without account is the controller's token",
    ),
    pytest.param(
        "vault",
        {**VAULT, "auth": {"tokenSecretRef": KEYS}},
        None,
        {**VAULT, "auth": {"tokenSecretRef": KEYS}},
        id="vault auth stays",
    ),
    pytest.param("vault", VAULT, None, VAULT, id="vault without auth stays so"),
    pytest.param(
        "vault",
        {**VAULT, "caBundle": PEM},
        None,
        {**VAULT, "caBundle": PEM_BASE64},
        id="vault PEM becomes base64",
    ),
    pytest.param(
        "vault",
        {**VAULT, "caBundle": PEM_BASE64},
        None,
        {**VAULT, "caBundle": PEM_BASE64},
        id="vault base64 stays",
    ),
    pytest.param(
        "kubernetes",
        {"remoteNamespace": "shared"},
        ACCOUNT,
        {
            "remoteNamespace": "shared",
            "auth": {"serviceAccount": ACCOUNT},
            "server": {"caProvider": ROOT_CA},
        },
        id="kubernetes account, and the CA of the same cluster",
    ),
    pytest.param(
        "kubernetes",
        {"server": {"url": "kubernetes.default"}, "auth": {"token": {"bearerToken": KEYS}}},
        None,
        {
            "server": {"url": "kubernetes.default", "caProvider": ROOT_CA},
            "auth": {"token": {"bearerToken": KEYS}},
        },
        id="kubernetes.default is the same cluster",
    ),
    pytest.param(
        "kubernetes",
        {"server": {"url": "https://kubernetes.default.svc:443"}},
        ACCOUNT,
        {
            "server": {"url": "https://kubernetes.default.svc:443", "caProvider": ROOT_CA},
            "auth": {"serviceAccount": ACCOUNT},
        },
        id="kubernetes.default.svc is the same cluster",
    ),
    pytest.param(
        "kubernetes",
        {"server": {"url": REMOTE}},
        ACCOUNT,
        {"server": {"url": REMOTE}, "auth": {"serviceAccount": ACCOUNT}},
        id="another cluster gets no CA of this one",
    ),
    pytest.param(
        "kubernetes",
        {"server": {"caBundle": PEM}},
        ACCOUNT,
        {"server": {"caBundle": PEM_BASE64}, "auth": {"serviceAccount": ACCOUNT}},
        id="kubernetes PEM becomes base64 and is the CA",
    ),
    pytest.param(
        "kubernetes",
        {"server": {"caProvider": OTHER_CA}},
        ACCOUNT,
        {"server": {"caProvider": OTHER_CA}, "auth": {"serviceAccount": ACCOUNT}},
        id="kubernetes caProvider stays",
    ),
    pytest.param(
        "kubernetes",
        {"authRef": KEYS},
        None,
        {"authRef": KEYS},
        id="a kubeconfig brings its own CA",
    ),
]
compiled = pytest.mark.parametrize(("short", "settings", "account", "expected"), COMPILED)


@compiled
def test_settings_compile_to_esos_object(
    short: str, settings: dict[str, Any], account: dict[str, Any] | None, expected: dict[str, Any]
) -> None:
    assert stores.get(short).provider(settings, account) == expected


@compiled
def test_compiling_leaves_settings_and_account_as_they_are(
    short: str, settings: dict[str, Any], account: dict[str, Any] | None, expected: dict[str, Any]
) -> None:
    given = deepcopy((settings, account))
    result = stores.get(short).provider(settings, account)
    empty(result)
    assert (settings, account) == given
    assert expected == stores.get(short).provider(settings, account)


def empty(node: Any) -> None:
    """Take out all that a tree holds: what shares a part with it loses that, too."""
    children = list(node.values()) if isinstance(node, dict) else list(node)
    for child in children:
        if isinstance(child, dict | list):
            empty(child)
    node.clear()


@needs_crds
@compiled
def test_compiled_objects_fit_the_crd(
    short: str, settings: dict[str, Any], account: dict[str, Any] | None, expected: dict[str, Any]
) -> None:
    schema = closed(providers(NEWEST)[stores.get(short).provider_key])
    result = stores.get(short).provider(settings, account)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(result)] == []
    assert result == expected


def closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A CRD's schema as the API server judges it: no unknown fields."""
    out = dict(schema)
    if "properties" in schema:
        out["properties"] = {name: closed(child) for name, child in schema["properties"].items()}
        out["additionalProperties"] = False
    if "items" in schema:
        out["items"] = closed(schema["items"])
    return out


AZURE = {"vaultUrl": "https://payments.vault.azure.net"}
FEDERATION = {"serviceAccountRef": {"name": "payments-eso"}}

REFUSED = [
    pytest.param("aws", {"service": "SecretsManager"}, "'region' is a required property",
                 id="aws without region"),
    pytest.param("aws", {"service": "SSM", "region": "us-east-1"},
                 "'SSM' is not one of ['SecretsManager', 'ParameterStore', 'CertificateManager']",
                 id="aws with an unknown service"),
    pytest.param("aws", {"service": "SecretsManager", "region": "us-east-1",
                         "secretsManager": {"recoveryWindowInDays": 3}},
                 "3 is less than the minimum of 7", id="aws with a short recovery window"),
    pytest.param("gcp", {"auth": {"workloadIdentityFederation": FEDERATION}},
                 "'audience' is a dependency of 'serviceAccountRef'",
                 id="gcp federation without audience"),
    pytest.param("kubernetes", {"auth": {"token": {}}}, "'bearerToken' is a required property",
                 id="kubernetes token without reference"),
    pytest.param("kubernetes", {"remoteNamespace": "Shared", "serviceAccount": "payments-eso"},
                 "'Shared' does not match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$|\\\\$\\\\{'",
                 id="kubernetes with a namespace that cannot be"),
    pytest.param("vault", {**VAULT, "serviceAccount": "payments-vault"},
                 "'role' is a dependency of 'serviceAccount'", id="vault account without role"),
    pytest.param("vault", {**VAULT, "mountPath": "eu"}, "'role' is a dependency of 'mountPath'",
                 id="vault mount without role"),
    pytest.param("vault", {**VAULT, "tls": {"certSecretRef": {"name": "client"}}},
                 "'keySecretRef' is a required property", id="vault certificate without key"),
    pytest.param("vault", {**VAULT, "auth": {"tokenSecretRef": {"name": "token"}}},
                 "'key' is a required property", id="vault token without key"),
]  # fmt: skip


@pytest.mark.parametrize(("short", "settings", "message"), REFUSED)
def test_what_the_controller_would_refuse_is_refused(
    short: str, settings: dict[str, Any], message: str
) -> None:
    errors = Draft202012Validator(stores.get(short).schema).iter_errors(settings)
    assert [error.message for error in errors] == [message]


ACCEPTED = [
    pytest.param("azure", {**AZURE, "serviceAccount": "payments-eso"}, id="azure shortcut"),
    pytest.param("azure", {**AZURE, "authType": "ManagedIdentity"}, id="azure managed identity"),
    pytest.param("azure", {**AZURE, "authType": "WorkloadIdentity"}, id="azure controller's own"),
    pytest.param("gcp", {"serviceAccount": {"name": "payments-eso"}}, id="gcp without project"),
    pytest.param("kubernetes", {"remoteNamespace": "${namespace}", "authRef": KEYS},
                 id="a variable in a name"),
    pytest.param("vault", {**VAULT, "version": "v1", "checkAndSet": {"required": False}},
                 id="vault check-and-set off with KV v1"),
    pytest.param("vault", {**VAULT, "auth": {"kubernetes": {"role": "payments",
                                                            "secretRef": {"name": "token"}}}},
                 id="vault kubernetes token with the default key"),
]  # fmt: skip


@pytest.mark.parametrize(("short", "settings"), ACCEPTED)
def test_what_the_controller_takes_is_taken(short: str, settings: dict[str, Any]) -> None:
    errors = Draft202012Validator(stores.get(short).schema).iter_errors(settings)
    assert [error.message for error in errors] == []
