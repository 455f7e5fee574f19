"""The table of features against the CRDs of the releases: the first that has a field is the one.

Between two releases that we have CRDs of, a first release cannot be told from its neighbours here.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import crds
import pytest

from secretkit import stores
from secretkit.fragment import Fragment
from secretkit.model.store import PROVIDERS, REMOVED_PROVIDERS
from secretkit.schema import objects
from secretkit.target import PROVIDER_FIELDS, Feature, Target, version

pytestmark = pytest.mark.skipif(
    not crds.FOLDER.is_dir(),
    reason="the upstream CRDs (folder shared/crds beside the checkout) are not here",
)

RELEASES = ("0.15.1", "0.17.0", "0.20.4", "1.3.2", "2.4.1", "2.8.0", "2.9.0")
PROVIDER = "spec.provider."
REMOTE = "spec.data[].remoteRef."
GENERATOR = "spec.dataFrom[].sourceRef.generatorRef.kind"
MERGE = "spec.dataFrom[].rewrite[].merge"

Schema = Mapping[str, Any]


@cache
def schemas(release: str) -> Mapping[str, Schema]:
    """Kind -> schema of the version that we emit, of the kinds in a release's folder."""
    older = crds.FOLDER / f"external-secrets-{release}"
    served = {key: one for key, one in crds.kinds(older if older.is_dir() else crds.FOLDER).items()
              if one.is_served}  # fmt: skip
    ranked = sorted(
        served, key=lambda key: ("v1alpha1", "v1beta1", "v1").index(key[0].split("/")[1])
    )
    return {kind: served[api, kind].schema for api, kind in ranked}


def get(schema: Schema | None, path: str) -> Schema | None:
    """The schema of a field; `[]` are the items of a list."""
    for step in path.split("."):
        if schema is None:
            return None
        schema = schema.get("properties", {}).get(step.removesuffix("[]"))
        if step.endswith("[]") and schema is not None:
            schema = schema["items"]
    return schema


Fact = tuple[str, Callable[[Schema], bool]]  # kind, and what its schema says since the feature


def field(kind: str, path: str) -> Fact:
    return kind, lambda schema: get(schema, path) is not None


def value(kind: str, path: str, member: str) -> Fact:
    return kind, lambda schema: member in (get(schema, path) or {}).get("enum", ())


def no_default(kind: str, path: str) -> Fact:
    return kind, lambda schema: "default" not in (get(schema, path) or {})


def optional(kind: str, path: str, name: str) -> Fact:
    return kind, lambda schema: name not in (get(schema, path) or {}).get("required", ())


def takes_text(kind: str, path: str) -> Fact:
    return kind, lambda schema: (get(schema, path) or {}).get("type") != "integer"


def store(path: str) -> Fact:
    return field("SecretStore", PROVIDER + path)


def generator(kind: str) -> Fact:
    return value("ExternalSecret", GENERATOR, kind)


FACTS: dict[str, Fact] = {
    "REFRESH_POLICY": field("ExternalSecret", "spec.refreshPolicy"),
    "SYNC_WINDOWS": field("ExternalSecret", "spec.syncWindows"),
    "TARGET_MANIFEST": field("ExternalSecret", "spec.target.manifest"),
    "TEMPLATE_FINALIZERS": field("ExternalSecret", "spec.target.template.metadata.finalizers"),
    "TEMPLATE_DECODING": field(
        "ExternalSecret", "spec.target.template.templateFrom[].valuesDecodingStrategy"
    ),
    "CREATE_OR_MERGE": value("ExternalSecret", "spec.target.creationPolicy", "CreateOrMerge"),
    "CONVERSION_DEFAULTS_GONE": no_default("ExternalSecret", REMOTE + "conversionStrategy"),
    "NULL_BYTE_POLICY": field("ExternalSecret", REMOTE + "nullBytePolicy"),
    "REWRITE_MERGE": field("ExternalSecret", MERGE),
    "REWRITE_PRIORITY_POLICY": field("ExternalSecret", f"{MERGE}.priorityPolicy"),
    "PUSH_DATA_TO": field("PushSecret", "spec.dataTo"),
    "STORE_INTERVAL_TEXT": takes_text("SecretStore", "spec.refreshInterval"),
    "PASSWORD_SECRET_KEYS": field("Password", "spec.secretKeys"),
    "PASSWORD_ENCODING": field("Password", "spec.encoding"),
    "VAULT_DYNAMIC_RAW": value("VaultDynamicSecret", "spec.resultType", "Raw"),
    "VAULT_GET_PARAMETERS": field("VaultDynamicSecret", "spec.getParameters"),
    "CLUSTER_GENERATOR": generator("ClusterGenerator"),
    "MFA_GENERATOR": generator("MFA"),
    "SSHKEY_GENERATOR": generator("SSHKey"),
    "CLOUDSMITH_GENERATOR": generator("CloudsmithAccessToken"),
    "BEYONDTRUST_GENERATOR": generator("BeyondtrustWorkloadCredentialsDynamicSecret"),
    "GITLAB_GENERATOR": generator("GitlabDeployToken"),
    "VAULT_AUTH_OPTIONAL": optional("SecretStore", f"{PROVIDER}vault", "auth"),
    "VAULT_GCP_AUTH": store("vault.auth.gcp"),
    "VAULT_CERT_PATH": store("vault.auth.cert.path"),
    "VAULT_CERT_ROLE": store("vault.auth.cert.vaultRole"),
    "VAULT_HEADERS": store("vault.headers"),
    "VAULT_CHECK_AND_SET": store("vault.checkAndSet"),
    "AWS_PREFIX": store("aws.prefix"),
    "AWS_SESSION_TAGS_POLICY": store("aws.sessionTagsPolicy"),
    "AWS_CERTIFICATE_MANAGER": value(
        "SecretStore", f"{PROVIDER}aws.service", "CertificateManager"
    ),
    "GCP_FEDERATION": store("gcpsm.auth.workloadIdentityFederation"),
    "GCP_FEDERATION_EMAIL": store(
        "gcpsm.auth.workloadIdentityFederation.gcpServiceAccountEmail"
    ),
    "GCP_VERSION_POLICY": store("gcpsm.secretVersionSelectionPolicy"),
    "GCP_CLUSTER_OPTIONAL": optional(
        "SecretStore", f"{PROVIDER}gcpsm.auth.workloadIdentity", "clusterName"
    ),
    "AZURE_CUSTOM_CLOUD": store("azurekv.customCloudConfig"),
    "OLD_PROVIDERS_GONE": (
        "SecretStore",
        lambda schema: all(not get(schema, PROVIDER + name) for name in REMOVED_PROVIDERS),
    ),
    **{feature: store(name) for name, feature in PROVIDERS.items() if feature},
}  # fmt: skip

# Facts of kinds whose older CRDs lie in no folder, and one on which a test of its own stands below.
ELSEWHERE = {
    "ESO_V1", "NULL_BYTE_DEFAULT_GONE", "WEBHOOK_AUTH", "SSHKEY_ECDSA", "GRAFANA_SECONDS_TO_LIVE",
}  # fmt: skip


def target(release: str) -> Target:
    return Target(external_secrets=version(release))


@pytest.mark.parametrize("name", FACTS)
def test_a_feature_is_in_the_releases_from_its_first_on(name: str) -> None:
    kind, holds = FACTS[name]
    judging = [release for release in RELEASES if kind in schemas(release)]

    has = [release for release in judging if holds(schemas(release)[kind])]

    assert has == [release for release in judging if target(release).has(Feature[name])]


def test_every_feature_of_the_operator_is_held_against_the_crds() -> None:
    features = {one.name for one in Feature if str(one.value[0]) == "externalSecrets"}

    assert features == FACTS.keys() | ELSEWHERE


def test_the_first_release_of_v1_is_the_last_that_could_do_without_it() -> None:
    served = {
        release: {api for api, kind in crds.kinds(folder) if kind == "ExternalSecret"}
        for release in RELEASES[:2]
        for folder in [crds.FOLDER / f"external-secrets-{release}"]
    }

    assert [f"{crds.GROUPS[1]}/v1" in found for found in served.values()] == [
        target(release).has(Feature.ESO_V1) for release in served
    ]


def test_the_null_byte_policy_is_injected_in_its_window_alone() -> None:
    injected = [
        release
        for release in RELEASES
        if "default" in (get(schemas(release)["ExternalSecret"], f"{REMOTE}nullBytePolicy") or {})
    ]

    assert injected == [
        release
        for release in RELEASES
        if target(release).has(Feature.NULL_BYTE_POLICY)
        and not target(release).has(Feature.NULL_BYTE_DEFAULT_GONE)
    ]


@pytest.mark.parametrize("name", PROVIDER_FIELDS)
def test_a_field_of_a_verbatim_provider_is_in_the_releases_from_its_first_on(name: str) -> None:
    provider = name.partition(".")[0]
    judging = [
        release
        for release in RELEASES
        if get(schemas(release)["SecretStore"], PROVIDER + provider) is not None
    ]

    has = [
        release
        for release in judging
        if get(schemas(release)["SecretStore"], PROVIDER + name) is not None
    ]

    first = PROVIDER_FIELDS[name]
    assert has == [release for release in judging if version(release) >= first]
    assert len(has) < len(judging), "it is in all of them, so it needs no entry"


@pytest.mark.parametrize("release", RELEASES)
def test_no_field_of_a_provider_that_came_later_is_missing_from_the_tables(release: str) -> None:
    """What the newest CRD has beyond the release's, less what short forms and tables gate."""
    own, newest = (
        get(schemas(one)["SecretStore"], "spec.provider") or {} for one in (release, RELEASES[-1])
    )
    short = tuple(f"{stores.get(name).provider_key}." for name in stores.names())

    mine = {name for name in beyond(own, newest) if not name.startswith(short)}

    at = target(release)
    providers = {
        name for name, feature in PROVIDERS.items() if feature and not at.has(Feature[feature])
    }
    fields = {name for name, first in PROVIDER_FIELDS.items() if at.external_secrets < first}
    fields = {name for name in fields if name.partition(".")[0] not in providers}
    assert mine == providers | fields


def beyond(old: Schema, new: Schema, path: str = "") -> Iterator[str]:
    """The topmost fields that the new schema has and the old one lacks."""
    for name, child in new.get("properties", {}).items():
        known = old.get("properties", {}).get(name)
        if known is None:
            yield f"{path}{name}"
        else:
            yield from beyond(known, child, f"{path}{name}.")
    for word in ("items", "additionalProperties"):
        if isinstance(new.get(word), Mapping) and isinstance(old.get(word), Mapping):
            yield from beyond(old[word], new[word], path)


def gate(fragment: Fragment, at: Target) -> bool:
    feature = fragment.get("x-since")
    return feature is None or at.has(Feature[feature])


def differences(
    fragment: Fragment, schema: Schema, at: Target, path: str
) -> Iterator[tuple[str, Any]]:
    """Fields and values that only one of the two has at a release."""
    ours = {name: one for name, one in fragment.get("properties", {}).items() if gate(one, at)}
    theirs = schema.get("properties", {})
    if "properties" in fragment:
        yield from ((f"{path}.{name}", "field") for name in sorted(ours.keys() ^ theirs.keys()))
    if "enum" in fragment and "enum" in schema:
        later = fragment.get("x-since-values", {})
        values = {
            one for one in fragment["enum"] if one not in later or at.has(Feature[later[one]])
        }
        if values != set(schema["enum"]):
            yield path, values ^ set(schema["enum"])
    for name in ours.keys() & theirs.keys():
        yield from differences(ours[name], theirs[name], at, f"{path}.{name}")
    for word in ("items", "additionalProperties"):
        if isinstance(fragment.get(word), Mapping) and isinstance(schema.get(word), Mapping):
            yield from differences(fragment[word], schema[word], at, f"{path}[]")


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize(
    "kind", ["SecretStore", "ClusterSecretStore", "ExternalSecret", "PushSecret", "Password",
             "VaultDynamicSecret"],
)  # fmt: skip
def test_a_patch_may_say_what_the_crd_of_the_release_has(kind: str, release: str) -> None:
    if kind not in schemas(release):
        pytest.skip(f"the folder of {release} holds no CRD of {kind}")
    spec = objects.of(kind)["properties"]["spec"]
    schema = schemas(release)[kind]["properties"]["spec"]

    # What is gone today: providers, of which an app is told; a field for tests; the old template engine, which none may use.
    gone = {*(f"spec.provider.{name}" for name in REMOVED_PROVIDERS),
            "spec.provider.fake.data[].valueMap",
            "spec.target.template.engineVersion"}  # fmt: skip
    # Fields of verbatim providers that came later, of which SK216 tells.
    later = tuple(
        f"spec.provider.{name}"
        for name, first in PROVIDER_FIELDS.items()
        if first > version(release)
    )
    found = [
        one
        for one in differences(spec, schema, target(release), "spec")
        if one[0] not in gone and not one[0].startswith(later)
    ]
    assert found == []
