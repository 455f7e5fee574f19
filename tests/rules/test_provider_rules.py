"""What a cluster's provider makes of `audit` and `encryption`."""

import json
from typing import Any

import pytest

from secretkit import pipeline, wiring
from secretkit.text import Source

MANAGED = {
    "eks": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "gke": "projects/acme/locations/europe-west1/keyRings/clusters/cryptoKeys/secrets",
    "aks": "https://acme.vault.azure.net/keys/secrets/0123456789abcdef0123456789abcdef",
    "openshift": "openshift",
}


def findings(provider: str, *, every: bool = False, **spec: Any) -> dict[str, str]:
    """Code -> mend of what is found in a platform file, without `every` less what is not of a provider."""
    head = "apiVersion: secretkit.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\nspec: "
    text = head + json.dumps({"targets": {"provider": provider}, **spec})
    found = pipeline.judge(Source("platform.yaml", text), pipeline.Options())
    return {one.code: one.fix for one in found if every or "SK460" <= one.code < "SK480"}


def encryption(provider: str, **fields: Any) -> dict[str, Any]:
    return {"provider": provider, "readUnencrypted": True, **fields}


def kms(name: str, **fields: Any) -> dict[str, Any]:
    return encryption("kms", kms={"name": name, **fields})


@pytest.mark.parametrize("local", ["secretbox", "aesgcm", "aescbc"])
@pytest.mark.parametrize("provider", MANAGED)
def test_a_local_provider_is_an_error_that_shows_the_clouds_setting(
    provider: str, local: str
) -> None:
    keys = [{"name": "key-20261101-1", "state": "active"}]

    found = findings(provider, encryption=encryption(local, keys=keys))

    cloud = wiring.get(provider).cloud
    assert cloud
    assert list(found) == ["SK460"]
    assert f"`{cloud.setting}`" in found["SK460"]


@pytest.mark.parametrize("provider", MANAGED)
def test_an_endpoint_is_an_error_that_shows_the_clouds_setting(provider: str) -> None:
    found = findings(provider, encryption=kms(MANAGED[provider], endpoint="unix:///run/kms/a.sock"))

    cloud = wiring.get(provider).cloud
    assert cloud
    assert list(found) == ["SK461"]
    assert f"`{cloud.setting}`" in found["SK461"]


@pytest.mark.parametrize("provider", MANAGED)
def test_what_the_mend_of_a_local_provider_says_leaves_nothing_to_mend(provider: str) -> None:
    keys = [{"name": "key-20261101-1", "state": "active"}]
    found = findings(provider, every=True, encryption=encryption("aesgcm", keys=keys))
    mend = found["SK460"]

    name = MANAGED[provider]
    followed = encryption("kms", kms={"name": name})

    assert list(found) == ["SK460"]
    assert "write `provider: kms`, and in place of `keys` a `kms` whose `name` is" in mend
    assert findings(provider, every=True, encryption=followed) == {}
    assert name in mend or provider != "openshift"  # where there is one name alone, it is said


def test_another_key_on_openshift_is_told_the_one_that_is_meant() -> None:
    assert findings("openshift", encryption=kms("aws-kms")) == {
        "SK468": "write `name: openshift`, which stands for those keys"
    }


@pytest.mark.parametrize("provider", ["kubeadm", "k3s", "rke2", "talos", "kops"])
def test_ones_own_api_server_takes_keys_a_plugin_and_rules(provider: str) -> None:
    keys = [{"name": "key-20261101-1", "state": "active"}]
    plugin = kms("aws-kms", endpoint="unix:///run/kms/a.sock")
    audit = {"rules": [{"level": "Request", "resources": ["services"]}]}

    assert findings(provider, encryption=encryption("secretbox", keys=keys), audit=audit) == {}
    assert findings(provider, encryption=plugin, audit=audit) == {}


@pytest.mark.parametrize(
    ("provider", "key", "is_right"),
    [
        *((provider, key, True) for provider, key in MANAGED.items() if provider != "openshift"),
        ("eks", "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234", True),
        ("eks", "arn:aws:kms:eu-west-1:111122223333:alias/clusters/secrets", True),
        ("eks", "arn:aws:kms:eu-west-1:1111:key/1234", False),
        ("eks", "arn:aws:iam::111122223333:role/secrets", False),
        ("eks", "aws-kms", False),
        ("eks", "arn:aws:kms:eu-west-1:111122223333:key/1'; rm -rf ~; '", False),
        ("eks", "arn:aws:kms:eu-west-1:111122223333:key/1\n", False),
        ("gke", "projects/acme/locations/eu/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1", False),
        ("gke", "projects/acme/locations/eu/keyRings/${file(`x`)}/cryptoKeys/k", False),
        ("aks", "https://acme.vault.azure.net/keys/secrets", True),
        ("aks", "https://acme.vault.azure.cn/keys/secrets", True),
        ("aks", "https://acme.vault.azure.net/secrets/secrets", False),
        ("aks", "http://acme.vault.azure.net/keys/secrets", False),
    ],
)
def test_a_key_has_the_clouds_form(provider: str, key: str, is_right: bool) -> None:
    cloud = wiring.get(provider).cloud
    assert cloud
    assert cloud.is_key(key) == is_right


@pytest.mark.parametrize(
    ("provider", "kinds", "is_right"),
    [
        ("eks", ["secrets", "configmaps"], True),
        ("gke", ["secrets"], True),
        ("gke", ["secrets", "configmaps"], False),
        ("aks", ["secrets", "*.apps"], False),
        ("openshift", ["secrets", "configmaps", "routes.route.openshift.io"], True),
        ("openshift", ["secrets", "jobs.batch"], False),
    ],
)
def test_kinds_that_a_cloud_leaves_out_are_an_error(
    provider: str, kinds: list[str], is_right: bool
) -> None:
    found = findings(provider, encryption={**kms(MANAGED[provider]), "resources": kinds})

    assert ("SK463" not in found) == is_right


@pytest.mark.parametrize("provider", ["kubeadm", "rke2", "talos", "k3s", "kops"])
@pytest.mark.parametrize(
    ("endpoint", "is_right"),
    [
        ("unix:///var/run/kmsplugin/socket.sock", True),
        ("unix:///@abstract", True),
        ("unix:///kms.sock", False),
        ("unix:////kms.sock", False),
        ("unix:///run/a:b/kms.sock", False),
        ("unix:///run/a:b.sock", False),
        ("unix:///run/../etc/kms.sock", False),
        ("unix:///run/..kms/kms.sock", True),
        ("unix:///usr/local/bin/kms.sock", False),
        ("unix:///etc/pki//kms.sock", False),
    ],
)
def test_a_socket_lies_where_a_pod_can_mount_it(
    provider: str, endpoint: str, is_right: bool
) -> None:
    found = findings(provider, encryption=kms("aws-kms", endpoint=endpoint))

    # k3s runs in no pod, and kOps mounts a folder of its own choice. A colon in the name is harmless.
    is_free = provider in ("k3s", "kops") or endpoint == "unix:///run/a:b.sock"
    assert ("SK467" not in found) == (is_right or is_free)
