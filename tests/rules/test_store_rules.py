"""Rules of names and stores, beyond what their examples show: variants, targets, and hostile forms."""

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from secretkit import pipeline
from secretkit.model.store import ONE_WAY, PROVIDERS, REMOVED_PROVIDERS
from secretkit.rules.sk2_stores.sk240_selector_incomplete import SELECTORS
from secretkit.target import Feature, Target, version
from secretkit.text import Source

CRDS = Path(__file__).parents[3] / "shared" / "crds"
RELEASES = {"2.9.0": CRDS} | {
    folder.name.removeprefix("external-secrets-"): folder
    for folder in sorted(CRDS.glob("external-secrets-*"))
}
needs_crds = pytest.mark.skipif(not CRDS.is_dir(), reason=f"no CRDs in {CRDS}")

VAULT = {"server": "https://vault.example.com", "path": "kv", "role": "shop"}
KEYS = {"name": "login", "key": "token"}
AZURE = {"vaultUrl": "https://shop.vault.azure.net"}


def judged(spec: Mapping[str, Any], *, release: str = "2.9", **metadata: Any) -> list[str]:
    """The findings on a spec, as `CODE message`."""
    body = {
        "apiVersion": "secretkit.dev/v1alpha1",
        "kind": "AppSecrets",
        "metadata": {"name": "shop", "namespace": "prod", **metadata},
        "spec": spec,
    }
    target = Target(external_secrets=version(release))
    text = yaml.safe_dump(body, allow_unicode=True)
    found = pipeline.judge(Source("secrets.yaml", text), pipeline.Options(target=target))
    return [f"{one.code} {one.message}" for one in found]


def with_store(store: Mapping[str, Any], key: str = "db", **fields: Any) -> dict[str, Any]:
    """A spec in which one store `main` is read for one key."""
    secret = {"from": "main", "keys": {"password": key}, **fields}
    return {"stores": {"main": store}, "secrets": {"db": secret}}


def with_secret(**fields: Any) -> dict[str, Any]:
    """A spec with a secret `db` from the store `main`, a Vault."""
    return {"stores": {"main": {"vault": VAULT}}, "secrets": {"db": {"from": "main", **fields}}}


STORES = [
    pytest.param({"aws": {"service": "ParameterStore", "region": "us-east-1"}}, [], id="aws"),
    pytest.param(
        {"azure": AZURE},
        ["SK247 External Secrets Operator does not take this store: a ServicePrincipal, the "
         "default of `authType`, needs `tenantId` and `authSecretRef.clientId` and "
         "`authSecretRef.clientSecret`"],
        id="azure principal without anything",
    ),
    pytest.param(
        {"azure": {**AZURE, "authSecretRef": {"clientId": KEYS, "clientSecret": KEYS}}},
        ["SK247 External Secrets Operator does not take this store: a ServicePrincipal, the "
         "default of `authType`, needs `tenantId`"],
        id="azure principal without tenant",
    ),
    pytest.param(
        {"azure": {**AZURE, "tenantId": "fake", "authSecretRef": {"clientId": KEYS}}},
        ["SK247 External Secrets Operator does not take this store: a ServicePrincipal, the "
         "default of `authType`, needs `authSecretRef.clientSecret`"],
        id="azure principal without secret",
    ),
    pytest.param(
        {"azure": {**AZURE, "tenantId": "fake",
                   "authSecretRef": {"clientId": KEYS, "clientCertificate": KEYS}}},
        [], id="azure principal with a certificate",
    ),
    pytest.param({"azure": {**AZURE, "authType": "ManagedIdentity"}}, [], id="azure identity"),
    pytest.param(
        {"azure": {**AZURE, "serviceAccount": {"name": "shop", "existing": True}, "environmentType": "AzureStackCloud"}},
        ["SK247 External Secrets Operator does not take this store: AzureStackCloud has no "
         "endpoints that could be known"],
        id="azure stack without endpoints",
    ),
    pytest.param(
        {"azure": {**AZURE, "serviceAccount": {"name": "shop", "existing": True},
                   "customCloudConfig": {"activeDirectoryEndpoint": "https://x.example"}}},
        ["SK247 External Secrets Operator does not take this store: `customCloudConfig` works with "
         "Azure's newer library alone"],
        id="azure endpoints without the new library",
    ),
    pytest.param(
        {"provider": {"azurekv": AZURE}},
        ["SK247 External Secrets Operator does not take this store: a ServicePrincipal, the "
         "default of `authType`, needs `tenantId` and `authSecretRef.clientId` and "
         "`authSecretRef.clientSecret`"],
        id="azure verbatim",
    ),
    pytest.param(
        {"vault": {**VAULT, "version": "v1", "checkAndSet": {"required": False}}}, [],
        id="vault check-and-set off with KV v1",
    ),
    pytest.param(
        {"provider": {"vault": {
            "server": "https://vault.example.com", "path": "kv",
            "auth": {"jwt": {"secretRef": KEYS}, "kubernetes": {"mountPath": "kubernetes"}}}}},
        ["SK250 the provider `vault` does not take this: `kubernetes` lacks `role`",
         "SK250 the provider `vault` does not take this: `auth` has `kubernetes` and `jwt`, but "
         "takes exactly one of `tokenSecretRef`, `appRole`, `kubernetes`, `ldap`, `userPass`, `jwt`, "
         "`cert`, `iam`, `gcp`"],
        id="vault with two logins, one without a role",
    ),
    pytest.param(
        {"kubernetes": {"remoteNamespace": "shared", "serviceAccount": "shop",
                        "server": {"url": "https://cluster.example.com:6443"}}},
        ["SK248 the store `main` names no certificate authority"],
        id="another cluster without a certificate authority",
    ),
    pytest.param({"kubernetes": {"remoteNamespace": "shared", "authRef": KEYS}}, [],
                 id="a kubeconfig"),
    pytest.param({"kubernetes": {"authRef": KEYS}}, [], id="a kubeconfig has a namespace itself"),
    pytest.param(
        {"scope": "cluster", "conditions": [{"namespaces": ["prod"]}], "referent": True,
         "vault": {**VAULT, "serviceAccount": "shop"}},
        [], id="vault may look credentials up anywhere",
    ),
    pytest.param(
        {"scope": "cluster", "conditions": [{"namespaces": ["prod"]}], "referent": True,
         "vault": {**VAULT, "caProvider": {"type": "Secret", "name": "ca", "key": "ca.crt"}}},
        ["SK237 `caProvider` of a cluster store needs its `namespace`"],
        id="a certificate authority is in one namespace",
    ),
    pytest.param(
        {"ref": {"name": "platform"}, "scope": "cluster", "name": "other"},
        ["SK235 `name` says nothing for `main`, which exists already",
         "SK235 `scope` says nothing for `main`, which exists already"],
        id="a ref with a name and a scope of its own",
    ),
    pytest.param({"vault": VAULT, "referent": True},
                 ["SK235 `referent` says nothing for `main`, a store of one namespace"],
                 id="a referent store of one namespace"),
    pytest.param(
        {"kubernetes": {"remoteNamespace": "shared", "serviceAccount": "shop", "server": {
            "caProvider": {"type": "ConfigMap", "name": "ca", "key": "ca.crt",
                           "namespace": "prod"}}}},
        ["SK236 a store of namespace `prod` cannot take its login from namespace `prod`"],
        id="the kubernetes provider refuses even its own namespace",
    ),
    pytest.param(
        {"vault": {**VAULT, "role": "shop", "serviceAccount": {"name": "shop",
                                                               "namespace": "prod"}}},
        [], id="an account of the store's own namespace",
    ),
    pytest.param(
        {"provider": {"Doppler": {}}},
        ["SK238 the provider `Doppler` of External Secrets Operator does not exist, did you mean "
         "`doppler`?"],
        id="a provider in capitals",
    ),
    pytest.param(
        {"provider": {"vault": {"server": "https://vault.example.com", "path": "kv",
                                "auth": {"tokenSecretRef": KEYS}}}},
        [], id="vault verbatim",
    ),
    pytest.param(
        {"provider": {"aws": {"service": "SecretsManager", "regoin": "us-east-1"}}},
        ["SK250 the provider `aws` does not take this: `aws` lacks `region`",
         "SK250 the provider `aws` does not take this: unknown field `regoin` in `aws`, did you mean "
         "`region`?"],
        id="aws verbatim, misspelt",
    ),
    pytest.param(
        {"provider": {"kubernetes": {"remoteNamespace": "shared", "serviceAccount": "shop",
                                     "server": {"caProvider": "x"}}}},
        ["SK250 the provider `kubernetes` does not take this: `caProvider` is a string, not an object",
         "SK250 the provider `kubernetes` does not take this: unknown field `serviceAccount` in "
         "`kubernetes`",
         "SK250 the provider `kubernetes` does not take this: `kubernetes` has none, but takes at least "
         "one of `auth`, `authRef`"], id="kubernetes verbatim with a shortcut and a wrong type",
    ),
    pytest.param(
        {"provider": {"doppler": {"auth": {"secretRef": {"dopplerToken": {"name": "a", "key": "b"}}},
                                  "projct": "x", "format": "xml"}}},
        ["SK250 the provider `doppler` does not take this: `format` cannot be `xml`",
         "SK250 the provider `doppler` does not take this: unknown field `projct` in `doppler`, did "
         "you mean `project`?"],
        id="a verbatim provider without a short form",
    ),
    pytest.param(
        {"provider": {"webhook": {"url": "https://a.example.com/?u={{ .auth.username }}",
                                  "result": {"jsonPath": "$.x"},
                                  "secrets": [{"name": "auth", "secretRef": {"name": "login"}}]}}},
        [], id="a webhook's whole Secret",
    ),
    pytest.param(
        {"provider": {"doppler": {"auth": {"secretRef": {"dopplerToken": {"name": "a", "namespace": "b"}}}}}},
        ["SK236 a store of namespace `prod` cannot take its login from namespace `b`"],
        id="a reference elsewhere whose key has a default",
    ),
    pytest.param({"provider": {"doppler": "x"}},
                 ["SK238 the provider `doppler` of External Secrets Operator has no settings here"],
                 id="a provider without fields"),
    pytest.param(
        {"provider": {"akeyless": {
            "akeylessGWApiURL": "https://api.akeyless.io", "authSecretRef": {"kubernetesAuth": {
                "accessID": "p-1", "k8sConfName": "shop",
                "secretRef": {"name": "token"}, "serviceAccountRef": {"name": "shop"}}}}}},
        [], id="a selector whose key has a default",
    ),
    pytest.param(
        {"provider": {"infisical": {
            "secretsScope": {"environmentSlug": "prod", "projectSlug": "shop"},
            "auth": {"ldapAuthCredentials": {
                "identityId": {"name": "a", "key": "b"}, "ldapUsername": {"name": "a", "key": "b"},
                "ldapPassword": {"key": "password", "namespace": "prod"}}}}}},
        ["SK240 `ldapPassword` lacks the `name` of what it refers to"],
        id="a selector without a name",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("store", "expected"), STORES)
def test_a_store_is_judged_as_the_operator_would(
    store: Mapping[str, Any], expected: list[str]
) -> None:
    assert judged(with_store(store)) == expected


REMOTE_KEYS = [
    pytest.param({"vault": VAULT}, "app/db", None, id="relative to the mount"),
    pytest.param({"vault": VAULT}, "/app/db", "SK205", id="a leading slash"),
    pytest.param({"vault": VAULT}, "data/app", "SK205", id="data before it"),
    pytest.param({"vault": {**VAULT, "version": "v1"}}, "data/app", None, id="a folder of KV v1"),
    pytest.param({"vault": VAULT}, "kv/app", "SK206", id="the mount repeated"),
    pytest.param({"vault": VAULT}, "kv/kv/app", None, id="a folder with the mount's name"),
    pytest.param({"vault": VAULT}, "kvs/app", None, id="a folder that begins like the mount"),
    pytest.param({"vault": {**VAULT, "path": "team/kv"}}, "team/kv/app", "SK206",
                 id="a mount with a slash repeated"),
    pytest.param({"vault": {k: v for k, v in VAULT.items() if k != "path"}}, "app", "SK205",
                 id="no mount at all"),
    pytest.param({"vault": {k: v for k, v in VAULT.items() if k != "path"}}, "kv/app", None,
                 id="the mount in the key"),
    pytest.param({"vault": {**VAULT, "path": "kv/data"}}, "app", "SK207", id="data in the mount"),
    pytest.param({"vault": {**VAULT, "path": "kv/data", "version": "v1"}}, "app", None,
                 id="a mount of KV v1 called data"),
    pytest.param({"aws": {"service": "SecretsManager", "region": "eu-west-1", "prefix": "prod/"}},
                 "prod/db", "SK206", id="a prefix repeated"),
    pytest.param({"azure": {**AZURE, "serviceAccount": {"name": "shop", "existing": True}}}, "db_password", "SK205",
                 id="an underscore in Azure"),
    pytest.param({"azure": {**AZURE, "serviceAccount": {"name": "shop", "existing": True}}}, "cert/web", None,
                 id="a certificate in Azure"),
    pytest.param({"kubernetes": {"remoteNamespace": "shared", "serviceAccount": "shop"}}, "DB",
                 "SK205", id="no name of a Secret"),
]  # fmt: skip


@pytest.mark.parametrize(("store", "key", "expected"), REMOTE_KEYS)
def test_a_remote_key_is_what_the_store_finds(
    store: Mapping[str, Any], key: str, expected: str | None
) -> None:
    codes = [finding[:5] for finding in judged(with_store(store, key))]
    assert codes == ([expected] if expected else [])


LEASE = {"path": "database/creds/shop", "lease": "1h"}
SECRETS = [
    pytest.param({"dynamic": LEASE, "refresh": "30m"}, [], id="read before its end"),
    pytest.param({"dynamic": LEASE},
                 ["SK210 leased credentials are read every 1h0m0s, and live for 1h0m0s: they end "
                  "before they are read again"], id="the default refresh outlives a lease"),
    pytest.param({"dynamic": LEASE, "refresh": "once"},
                 ["SK210 leased credentials are read only once or on a change: they end before they "
                  "are read again"], id="a lease read once"),
    pytest.param({"dynamic": LEASE, "refresh": "0s"},
                 ["SK210 leased credentials are read only once or on a change: they end before they "
                  "are read again"], id="a lease with refresh zero"),
    pytest.param({"dynamic": {**LEASE, "path": "/v1/database/creds/shop"}, "refresh": "30m"},
                 ["SK209 these leased credentials cannot be read: the operator puts `/v1/` before "
                  "the path itself"], id="a whole URL path"),
    pytest.param({"dynamic": {**LEASE, "parameters": {"ttl": "1h"}}, "refresh": "30m"},
                 ["SK209 these leased credentials cannot be read: a GET has no body, so "
                  "`parameters` would be left out"], id="a GET with a body"),
    pytest.param({"dynamic": {**LEASE, "method": "POST", "parameters": {"ttl": "1h"}},
                  "refresh": "30m"}, [], id="a POST with a body"),
    pytest.param({"extract": "db", "creationPolicy": "CreateOrMerge", "deletionPolicy": "Delete"},
                 ["SK214 `creationPolicy: CreateOrMerge` does not go with `deletionPolicy: "
                  "Delete`"], id="delete what is shared"),
    pytest.param({"extract": "db", "creationPolicy": "None", "deletionPolicy": "Merge"},
                 ["SK214 `creationPolicy: None` does not go with `deletionPolicy: Merge`"],
                 id="merge into nothing"),
    pytest.param({"extract": "db", "creationPolicy": "Merge", "deletionPolicy": "Merge"}, [],
                 id="merge both ways"),
    pytest.param({"extract": "db", "creationPolicy": "None", "push": {"main": {"a": "x/a"}}},
                 ["SK214 `creationPolicy: None` does not go with `push`"], id="push nothing"),
    pytest.param({"extract": "db", "expect": ["user"], "template": {"url": "{{ .name }}"}},
                 ["SK219 the template uses `name`, which `expect` does not promise"],
                 id="a template against what is expected"),
    pytest.param({"extract": "db", "template": {"url": "{{ .name }}"}}, [],
                 id="a template over what nobody knows"),
    pytest.param({"extract": "db", "expect": ["user"], "keys": {"host": "db#host"},
                  "template": {"url": "{{ .user }}@{{ .host }}"}}, [],
                 id="a template over what is expected and fetched"),
    pytest.param({"keys": {"user": "db#user"}, "labels": {"owner": "{{ .name }}"}},
                 ["SK219 the template uses `name`, which nothing makes"], id="a label's template"),
    pytest.param({"keys": {"user": "db#user"}, "expect": ["url"],
                  "template": {"url": "{{ .user }}"}}, [], id="a templated key is expected"),
    pytest.param({"keys": {"user": "db#user"}, "template": {"all": "{{ toJson . }}"}}, [],
                 id="all keys are used"),
    pytest.param({"extract": {"key": "db", "rewrite": [{"transform": {"template": "{{ .value"}}]}},
                 ["SK218 this is no Go template: `{{` is never closed"],
                 id="a rewrite's template"),
    pytest.param({"find": {"name": "a", "rewrite": [{"merge": {"strategy": "JSON"}}]}},
                 ["SK227 this rewrite merges into no key"], id="merge into no key"),
    pytest.param({"find": {"name": r"(a)\1"}},
                 ["SK228 Go cannot compile this regular expression: it has a back reference"], id="a back reference"),
    pytest.param({"keys": {"a": {"key": "db", "metadataPolicy": "Fetch", "version": "one"}}},
                 ["SK208 this `version` means nothing to the store"], id="a version in words"),
    pytest.param({"keys": {"a": {"key": "kv/db", "metadataPolicy": "Fetch"}}},
                 ["SK205 the store `main` does not find the key `kv/db`"],
                 id="metadata below a repeated mount"),
    pytest.param({"keys": {"a": "db#a"}, "type": "bootstrap.kubernetes.io/token"},
                 ["SK225 External Secrets Operator makes no Secret of type "
                  "bootstrap.kubernetes.io/token"], id="a bootstrap token"),
    pytest.param({"keys": {"a": "db#a"}, "creationPolicy": "Merge", "push": {"main": {"b": "x"}}},
                 [], id="a shared Secret may have any key to push"),
    pytest.param({"keys": {"a": "db#a"}, "push": {"main": {"a": "db#b"}}}, [],
                 id="another property of what is read"),
    pytest.param({"keys": {"a": "db"}, "push": {"main": {"a": "db#b"}}},
                 ["SK245 `db` of `main` is both read and pushed to"], id="a part of what is read"),
    pytest.param({"keys": {"a": "db#a"}, "sealedFor": {"name": "db"}},
                 ["SK223 `sealedFor` says nothing for a secret from `from`"],
                 id="sealedFor without ciphertext"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), SECRETS)
def test_a_secret_is_judged_as_the_operator_would(
    fields: Mapping[str, Any], expected: list[str]
) -> None:
    assert judged(with_secret(**fields)) == expected


PASSWORDS = [
    pytest.param({"length": 12, "digits": 11, "symbols": 0},
                 "11 digits cannot all differ, since there are 10", id="digits"),
    pytest.param({"length": 40, "digits": 0, "symbols": 31},
                 "31 symbols cannot all differ, since there are 30", id="symbols"),
    pytest.param({"length": 20, "digits": 0, "symbols": 4, "symbolCharacters": "-_-"},
                 "4 symbols cannot all differ, since there are 2", id="symbols of one's own"),
    pytest.param({"length": 30, "digits": 0, "symbols": 0, "noUpper": True},
                 "30 letters cannot all differ, since there are 26", id="small letters"),
    pytest.param({"length": 64, "digits": 0, "symbols": 0, "allowRepeat": True}, None,
                 id="repeats"),
    pytest.param({"length": 43}, None, id="the longest at the default ratios"),
    pytest.param({"length": 44}, "11 digits cannot all differ, since there are 10",
                 id="the first that is too long"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "problem"), PASSWORDS)
def test_a_password_is_one_that_can_be_made(spec: Mapping[str, Any], problem: str | None) -> None:
    found = judged({"secrets": {"pin": {"generate": {"Password": spec}}}})
    assert found == ([f"SK246 no such password can be made: {problem}"] if problem else [])


TARGETS = [
    pytest.param(
        with_secret(extract="db", creationPolicy="CreateOrMerge"), "2.7",
        ["SK216 `creationPolicy: CreateOrMerge` needs External Secrets Operator 2.8, and the "
         "target is 2.7"],
        id="CreateOrMerge",
    ),
    pytest.param(with_secret(extract="db", creationPolicy="CreateOrMerge"), "2.8", [],
                 id="CreateOrMerge in its release"),
    pytest.param(
        with_secret(extract="db", refresh="onChange"), "0.15",
        ["SK216 `refresh: onChange` needs External Secrets Operator 0.16, and the target is 0.15"],
        id="onChange",
    ),
    pytest.param(with_secret(extract="db", refresh="once"), "0.15", [], id="once is everywhere"),
    pytest.param(
        with_store({"gcp": {"projectID": "shop", "serviceAccount": "shop"}}), "0.15",
        ["SK216 a login to Google Cloud that does not name its cluster needs External Secrets "
         "Operator 0.16, and the target is 0.15"],
        id="the shortcut of gcp",
    ),
    pytest.param(
        with_store({"provider": {"crd": {}}}), "2.7",
        ["SK238 the provider `crd` of External Secrets Operator needs release 2.8, and the target "
         "is 2.7"],
        id="a provider that came later",
    ),
    pytest.param(
        with_store({"provider": {"openBao": {}}}), "2.6",
        ["SK238 the provider `openBao` of External Secrets Operator needs release 2.7, and the "
         "target is 2.6"],
        id="openBao",
    ),
    pytest.param(
        with_store({"provider": {"onepasswordSDK": {}}}), "0.16",
        ["SK238 the provider `onepasswordSDK` of External Secrets Operator needs release 0.17, and "
         "the target is 0.16"],
        id="the SDK of 1Password",
    ),
    pytest.param(
        with_store({"provider": {"ovh": {}}}), "2.2",
        ["SK238 the provider `ovh` of External Secrets Operator needs release 2.3, and the target "
         "is 2.2"],
        id="a provider between two releases that have CRDs here",
    ),
    pytest.param(
        with_store({"provider": {"doppler": {"auth": {"oidcConfig": {"identity": "x", "serviceAccountRef": {"name": "s"}}}}}}), "1.1",
        ["SK216 `doppler.auth.oidcConfig` needs External Secrets Operator 1.2, and the target is "
         "1.1"],
        id="a field of a verbatim provider",
    ),
    pytest.param(
        with_store({"provider": {"doppler": {"auth": {"oidcConfig": {"identity": "x", "serviceAccountRef": {"name": "s"}}}}}}), "1.2",
        [], id="a field of a verbatim provider in its release",
    ),
    pytest.param(
        with_store({"provider": {"vault": {"server": "https://vault.example.com", "path": "kv",
                                           "auth": {"gcp": {"role": "shop", "path": "gcp"}}}}}),
        "0.15",
        ["SK216 vault auth.gcp needs External Secrets Operator 1.1, and the target is 0.15"],
        id="a field of a verbatim vault, and nothing within it",
    ),
    pytest.param(
        with_store({"provider": {"aws": {"service": "CertificateManager", "region": "eu-west-1"}}}),
        "2.7",
        ["SK216 aws CertificateManager needs External Secrets Operator 2.8, and the target is 2.7"],
        id="a value of a verbatim aws",
    ),
    pytest.param(
        with_store({"vault": {"server": "https://vault.example.com", "path": "kv"}}), "0.14.3",
        ["SK216 a Vault without `auth` needs External Secrets Operator 0.14.4, and the target is "
         "0.14.3", "SK248 the store `main` does not say how to log in"],
        id="a Vault without a login",
    ),
    pytest.param(
        {"secrets": {"db": {"generate": {"ref": {"kind": "MFA", "name": "code"}}, "refresh": "5m"}}},
        "0.17",
        ["SK019 generator MFA needs External Secrets Operator 0.18, and the target is 0.17"],
        id="a reference to a generator of a later kind",
    ),
    pytest.param(
        {"secrets": {"db": {"generate": {"keys": ["a", "b"]}}}}, "1.1",
        ["SK019 a generator of several passwords needs External Secrets Operator 1.1.1, and the "
         "target is 1.1"],
        id="several passwords",
    ),
    pytest.param({"secrets": {"db": {"generate": {"keys": ["a"]}}}}, "0.15", [],
                 id="one password by another name"),
    pytest.param(with_store({"provider": {"device42": {}}}), "1.3", [], id="an old provider"),
    pytest.param(
        with_store({"provider": {"device42": {}}}), "2.9",
        ["SK238 the provider `device42` of External Secrets Operator was removed in 2.0, and the "
         "target is 2.9"],
        id="a provider that is gone",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "release", "expected"), TARGETS)
def test_an_older_target_has_less(
    spec: Mapping[str, Any], release: str, expected: list[str]
) -> None:
    assert judged(spec, release=release) == expected


ODD: list[Any] = [None, "x", 1, [], ["x"], {}, {"auth": "x"}, {"auth": {"kubernetes": "x"}},
                  {"auth": None, "server": "x", "path": 1, "version": None, "prefix": 2},
                  {"auth": {"secretRef": ["x", {"name": 1, "key": None}]}},
                  {"authSecretRef": "x", "customSessionTags": "x", "checkAndSet": "x"}]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("provider", ["aws", "azurekv", "doppler", "gcpsm", "kubernetes", "vault"])
def test_a_verbatim_provider_of_any_form_is_judged(provider: str, odd: Any) -> None:
    for scope in ("namespace", "cluster"):
        store = {"provider": {provider: odd}, "scope": scope, "referent": True}
        assert isinstance(judged(with_store(store)), list)


@needs_crds
@pytest.mark.parametrize("release", RELEASES)
def test_the_providers_are_those_of_the_release(release: str) -> None:
    at = Target(external_secrets=version(release))
    available = {
        name for name, feature in PROVIDERS.items() if feature is None or at.has(Feature[feature])
    }
    gone = at.has(Feature.OLD_PROVIDERS_GONE)
    assert set(provider_schemas(release)) == {*available, *(() if gone else REMOVED_PROVIDERS)}


@needs_crds
def test_no_provider_is_missing_or_made_up() -> None:
    found = provider_schemas("2.9.0")
    assert sorted(PROVIDERS) == sorted(found)
    assert ONE_WAY.keys() <= found.keys()


@needs_crds
def test_every_selector_of_the_crd_is_known_by_its_field() -> None:
    found = {
        name
        for schema in provider_schemas("2.9.0").values()
        for name, field in fields(schema)
        if field.get("properties", {}).keys() == {"name", "key", "namespace"}
    }
    assert sorted(SELECTORS) == sorted(found)


def provider_schemas(release: str) -> Mapping[str, Any]:
    text = (RELEASES[release] / "external-secrets.io_secretstores.yaml").read_text("utf-8")
    crd = yaml.load(text, Loader=yaml.CSafeLoader)
    served = [entry for entry in crd["spec"]["versions"] if entry["served"]][-1]
    spec = served["schema"]["openAPIV3Schema"]["properties"]["spec"]
    found: Mapping[str, Any] = spec["properties"]["provider"]["properties"]
    return found


def fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every field below, by its own name."""
    for name, field in schema.get("properties", {}).items():
        yield name, field
        yield from fields(field)
    if "items" in schema:
        yield from fields(schema["items"])


METADATA = [
    pytest.param({"labels": {"team": "-core"}}, ["SK103 the label `team` has a value that "
                 "Kubernetes refuses"], id="a value that begins with a dash"),
    pytest.param({"labels": {"team": ""}}, [], id="an empty value"),
    pytest.param({"labels": {"team": "{{ .x }}"}}, ["SK103 the label `team` has a value that "
                 "Kubernetes refuses"], id="the app's labels are text"),
    pytest.param({"labels": {"Example.com/team": "core"}},
                 ["SK102 `Example.com/team` cannot be the key of labels"],
                 id="capitals in the prefix of a label"),
    pytest.param({"annotations": {"Example.com/team": "core"}}, [],
                 id="capitals in the prefix of an annotation"),
    pytest.param({"annotations": {"x" * 64: "core"}},
                 [f"SK102 `{'x' * 64}` cannot be the key of annotations"], id="a long name"),
    pytest.param({"annotations": {"example.com/notes": "é" * 131_100}},
                 ["SK106 the annotations take 262217 bytes, and an object has room for 262144"],
                 id="bytes are counted, not letters"),
    pytest.param({"name": "control-plane"}, ["SK101 an app cannot be called `control-plane`"],
                 id="a name of ours"),
]  # fmt: skip


@pytest.mark.parametrize(("metadata", "expected"), METADATA)
def test_metadata_is_what_kubernetes_takes(
    metadata: Mapping[str, Any], expected: list[str]
) -> None:
    assert judged({}, **metadata) == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param({"secrets": {"db": {"generate": generate}}}, [expected], id=str(generate))
        for generate, expected in (
            ({"length": 0}, "SK016 `length` is 0"),
            ({"length": 2**63}, f"SK016 `length` is {2**63}"),
            ({"digits": -1}, "SK016 `digits` is -1"),
            ({"symbols": 2**31}, f"SK016 `symbols` is {2**31}"),
            ({"keys": ["a", "a"]}, "SK016 `keys` is a list with an item twice"),
            ({"Password": {"length": 0}}, "SK016 `length` is 0"),
            ({"Password": {"length": 2**20 + 1}}, f"SK016 `length` is {2**20 + 1}"),
        )
    ]
    + [
        pytest.param(with_secret(**source), [expected], id=str(source))
        for source, expected in (
            ({"dynamic": ""}, "SK014 `dynamic` is not an API path, which has no `#`"),
            ({"dynamic": "database/creds/shop#username"},
             "SK014 `dynamic` is not an API path, which has no `#`"),
            ({"dynamic": {"path": ""}}, "SK014 `path` is not an API path, which has no `#`"),
            ({"keys": {"a": {"key": ""}}}, "SK016 `key` is empty"),
            ({"extract": {"key": ""}}, "SK016 `key` is empty"),
            ({"find": {"name": ""}}, "SK016 `name` is empty"),
            ({"find": {"name": {"regexp": ""}}}, "SK016 `regexp` is empty"),
            ({"find": {"tags": {}}}, "SK016 `tags` is empty"),
            ({"find": {"path": ""}}, "SK016 `path` is empty"),
        )
    ]
    + [
        pytest.param(with_store({"vault": {**VAULT, **settings}}), [expected], id=str(settings))
        for settings, expected in (
            ({"server": "vault.example.com:8200"}, "SK014 `server` is not a URL with its scheme"),
            ({"mountPath": "auth/kubernetes"},
             "SK014 `mountPath` is not the mount alone, since the operator adds `auth/` itself"),
        )
    ],
)  # fmt: skip
def test_what_no_operator_can_use_does_not_fit(spec: dict[str, Any], expected: list[str]) -> None:
    assert judged(spec) == expected


def test_a_mount_may_begin_like_the_prefix_of_all_mounts() -> None:
    assert judged(with_store({"vault": {**VAULT, "mountPath": "authentic"}})) == []


DER = b"\x30\x82\x01\x00" + bytes(256)


def pem(body: bytes) -> str:
    text = base64.b64encode(body).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    ("bundle", "problem"),
    [
        pytest.param(pem(DER), None, id="PEM"),
        pytest.param(base64.b64encode(pem(DER).encode()).decode(), None, id="base64 of PEM"),
        pytest.param(f"# an authority\n{pem(DER)}{pem(DER)}", None, id="two, with a remark"),
        pytest.param(
            pem(DER).partition("-----END")[0],
            "it is no PEM of whole certificates, each from its BEGIN to its END", id="no END",
        ),
        pytest.param(
            pem(DER) + "-----BEGIN CERTIFICATE-----",
            "it is no PEM of whole certificates, each from its BEGIN to its END", id="a second BEGIN",
        ),
        pytest.param(pem(b"hello"), "what stands in its PEM is no certificate", id="not DER"),
        pytest.param(pem(DER[:-1]), "what stands in its PEM is no certificate", id="cut short"),
        pytest.param("not base64!", "it is neither PEM nor base64", id="neither"),
        pytest.param(
            base64.b64encode(b"hello").decode(),
            "it is no PEM of whole certificates, each from its BEGIN to its END", id="no PEM in it",
        ),
    ],
)  # fmt: skip
def test_a_bundle_holds_certificates(bundle: str, problem: str | None) -> None:
    found = judged(with_store({"vault": {**VAULT, "caBundle": bundle}}))

    assert found == (
        [f"SK253 `caBundle` holds no certificate to trust: {problem}"] if problem else []
    )


def test_a_bundle_that_is_passed_on_as_it_stands_is_base64() -> None:
    vault = {"server": "https://vault.example.com", "auth": {"tokenSecretRef": KEYS}}
    store = {"provider": {"vault": {**vault, "path": "kv", "caBundle": pem(DER)}}}

    assert judged(with_store(store)) == [
        "SK253 `caBundle` holds no certificate to trust: it is PEM, and this field takes base64 of it"
    ]


@pytest.mark.parametrize(
    ("condition", "admitted"),
    [
        ({"namespaces": ["prod"]}, True),
        ({"namespaces": ["dev"]}, False),
        ({"namespaceRegexes": ["^p.*d$"]}, True),
        ({"namespaceRegexes": [r"\Adev\z"]}, False),
        ({"namespaces": ["dev"], "namespaceSelector": {"matchLabels": {"team": "a"}}}, True),
    ],
)
def test_a_store_admits_the_app_or_says_so(condition: dict[str, Any], admitted: bool) -> None:
    store = {"scope": "cluster", "conditions": [condition], "vault": VAULT}

    codes = [one.split()[0] for one in judged(with_store(store))]
    assert codes == ([] if admitted else ["SK251"])


@pytest.mark.parametrize(
    ("selector", "problems"),
    [
        ({"matchLabels": {"team": "a", "example.com/tier": ""}}, []),
        ({"matchLabels": {"a b": "c"}}, ["`a b` cannot be the key of a label"]),
        ({"matchLabels": {"a": "b c"}}, ["no label can have the value `b c`"]),
        (
            {"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]},
            ["`Exists` takes no values"],
        ),
        (
            {"matchExpressions": [{"key": "a", "operator": "NotIn", "values": []}]},
            ["`NotIn` needs values"],
        ),
        (
            {"matchExpressions": [{"key": "-", "operator": "In", "values": ["b c"]}]},
            ["`-` cannot be the key of a label", "no label can have the value `b c`"],
        ),
    ],
)
def test_a_selector_is_read_as_kubernetes_reads_it(
    selector: dict[str, Any], problems: list[str]
) -> None:
    store = {
        "scope": "cluster", "conditions": [{"namespaceSelector": selector}], "vault": VAULT,
    }  # fmt: skip

    assert judged(with_store(store)) == [
        f"SK252 this selector matches no namespace: {problem}" for problem in problems
    ]
