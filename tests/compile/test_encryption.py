"""EncryptionConfiguration: what writes, what reads, and a schema stricter than upstream's loader."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from secretkit.compile.control_plane import documents
from secretkit.compile.encryption_configuration import PLACEHOLDER, configuration
from secretkit.load import load
from secretkit.pipeline import Options, judge
from secretkit.resolve import Context
from secretkit.resolve.app import resolve
from secretkit.target import Target
from secretkit.text import Source

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "schemas" / "encryption-configuration.schema.json").read_text(
        "utf-8"
    )
)
HEAD = (
    "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"
    "metadata: {name: shop, namespace: prod}\nspec:\n  encryption: "
)


def key(name: str, state: str = "active") -> dict[str, Any]:
    return {"name": name, "state": state, "from": {"file": f"/etc/kubernetes/keys/{name}"}}


def rendered(encryption: dict[str, Any], target: Target | None = None) -> dict[str, Any]:
    source = Source("secrets.yaml", HEAD + json.dumps(encryption))
    assert [one.code for one in judge(source, Options()) if one.severity == "error"] == []
    app = resolve(load(source), Context(target=target or Target()), lambda _: ())
    assert app.encryption is not None
    return configuration(app.encryption, app.target)


def local(kind: str, *names: str) -> dict[str, Any]:
    return {kind: {"keys": [{"name": name, "secret": PLACEHOLDER} for name in names]}}


KMS = {"name": "aws-kms", "endpoint": "unix:///var/run/kmsplugin/socket.sock"}
NEW_KMS = {"name": "new-kms", "endpoint": "unix:///var/run/new-kmsplugin/socket.sock"}
KMS_V2 = {"kms": {"apiVersion": "v2", "timeout": "3s", **KMS}}
IDENTITY: dict[str, Any] = {"identity": {}}


@pytest.mark.parametrize(
    ("encryption", "providers"),
    [
        pytest.param(
            {"provider": "secretbox", "keys": [key("a")]}, [local("secretbox", "a")], id="one key"
        ),
        pytest.param(
            {"provider": "secretbox", "keys": [key("old", "previous"), key("new"), key("b", "next")]},
            [local("secretbox", "new", "b", "old")],
            id="the active key writes, whatever the order in the file",
        ),
        pytest.param(
            {"provider": "secretbox", "keys": [key("a")], "readUnencrypted": True},
            [local("secretbox", "a"), IDENTITY],
            id="plain objects can still be read",
        ),
        pytest.param(
            {"provider": "secretbox", "keys": [key("a", "next")], "writeUnencrypted": True},
            [IDENTITY, local("secretbox", "a")],
            id="the first step of enabling",
        ),
        pytest.param(
            {"provider": "secretbox", "keys": [key("a")], "readUnencrypted": True,
             "writeUnencrypted": True},
            [IDENTITY, local("secretbox", "a")],
            id="the second step of disabling, identity once",
        ),
        pytest.param({"provider": "kms", "kms": KMS}, [KMS_V2], id="a KMS"),
        pytest.param(
            {"provider": "kms", "kms": KMS, "readUnencrypted": True, "moveTo": {
                "provider": "kms", "kms": {**NEW_KMS, "timeout": "0.5s"}}},
            [KMS_V2, {"kms": {"apiVersion": "v2", **NEW_KMS, "timeout": "500ms"}}, IDENTITY],
            id="from one KMS to another, identity last",
        ),
        pytest.param(
            {"provider": "secretbox", "keys": [key("a")], "moveTo": {"provider": "kms", "kms": KMS}},
            [local("secretbox", "a"), KMS_V2],
            id="the provider to come is read last",
        ),
        pytest.param(
            {"provider": "kms", "kms": KMS,
             "moveFrom": {"provider": "secretbox", "keys": [key("a", "previous")]}},
            [KMS_V2, local("secretbox", "a")],
            id="the provider to go is read last",
        ),
    ],
)  # fmt: skip
def test_providers_stand_in_the_order_of_their_turns(
    encryption: dict[str, Any], providers: list[dict[str, Any]]
) -> None:
    body = rendered({"resources": ["secrets"], **encryption})

    assert body == {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": [{"resources": ["secrets"], "providers": providers}],
    }
    Draft202012Validator(SCHEMA).validate(body)


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        pytest.param(
            ["secrets", "configmaps"], ["secrets", "configmaps"], id="kinds in their order"
        ),
        pytest.param(["secrets."], ["secrets"], id="the core group by a dot"),
        pytest.param(["*."], ["*."], id="the core group whole"),
        pytest.param(["*.*"], ["*.*"], id="everything"),
        pytest.param(["*.apps", "secrets"], ["*.apps", "secrets"], id="a group whole"),
    ],
)
def test_resources_are_written_as_the_api_server_reads_them(
    asked: list[str], written: list[str]
) -> None:
    body = rendered({"resources": asked, "provider": "kms", "kms": KMS, "readUnencrypted": True})

    assert body["resources"][0]["resources"] == written
    Draft202012Validator(SCHEMA).validate(body)


def test_no_control_plane_file_is_for_a_managed_cluster() -> None:
    source = Source("secrets.yaml", HEAD + json.dumps({"provider": "kms", "kms": KMS}))
    stems = {
        provider: [
            stem
            for stem, _ in documents(
                [resolve(load(source), Context(target=Target(provider=provider)), lambda _: ())]
            )
        ]
        for provider in ("kubeadm", "k3s", "eks", "gke", "aks", "openshift")
    }

    both = ["audit-policy", "encryption-configuration"]
    assert stems == {"kubeadm": both, "k3s": both, "eks": [], "gke": [], "aks": [], "openshift": []}


@pytest.mark.parametrize(
    ("minor", "protocol"),
    [(25, "v1"), (26, "v1"), (27, "v2"), (28, "v2"), (29, "v2"), (34, "v2"), (37, "v2")],
)
def test_an_api_server_gets_the_newest_kms_protocol_that_it_has_on(
    minor: int, protocol: str
) -> None:
    body = rendered({"provider": "kms", "kms": KMS}, Target(kubernetes=(1, minor, 0)))

    assert body["resources"][0]["providers"] == [
        {"kms": {"apiVersion": protocol, "timeout": "3s", **KMS}}
    ]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"metadata": {"name": "x"}}, id="metadata, which stops the server"),
        pytest.param({"resources": []}, id="no resources"),
        pytest.param({"kind": "EncryptionConfig"}, id="the old kind"),
        pytest.param(
            {"resources": [{"resources": ["Secrets"], "providers": [IDENTITY]}]}, id="a capital"
        ),
        pytest.param({"resources": [{"resources": ["*"], "providers": [IDENTITY]}]}, id="a lone star"),
        pytest.param({"resources": [{"resources": ["secrets"], "providers": []}]}, id="no provider"),
        pytest.param(
            {"resources": [{"resources": ["secrets"], "providers": [{**IDENTITY, **KMS_V2}]}]},
            id="two providers in one element",
        ),
        pytest.param(
            {"resources": [{"resources": ["secrets"],
                            "providers": [{"kms": {**KMS_V2["kms"], "cachesize": 100}}]}]},
            id="a cache size with v2",
        ),
        pytest.param(
            {"resources": [{"resources": ["secrets"],
                            "providers": [{"kms": {**KMS_V2["kms"], "endpoint": "http://x"}}]}]},
            id="an endpoint that is no socket",
        ),
        pytest.param({"resources": [{"resources": ["secrets"], "providers": [{"aes": {}}]}]}, id="unknown"),
    ],
)  # fmt: skip
def test_the_schema_refuses_what_stops_an_api_server(change: dict[str, Any]) -> None:
    body = rendered({"provider": "kms", "kms": KMS}) | change

    assert list(Draft202012Validator(SCHEMA).iter_errors(body)) != []


@pytest.mark.parametrize(
    ("encryption", "excepted", "providers"),
    [
        pytest.param(
            {"provider": "secretbox", "keys": [key("a"), key("b", "next")], "readUnencrypted": False},
            [IDENTITY, local("secretbox", "a", "b")], [local("secretbox", "a", "b")],
            id="what a key encrypted before stays readable",
        ),
        pytest.param(
            {"provider": "kms", "kms": KMS, "readUnencrypted": True}, [IDENTITY], [KMS_V2, IDENTITY],
            id="a plugin cannot stand in two entries",
        ),
        pytest.param(
            {"provider": "secretbox", "keys": [key("a")], "readUnencrypted": True,
             "moveTo": {"provider": "kms", "kms": KMS}},
            [IDENTITY, local("secretbox", "a")], [local("secretbox", "a"), KMS_V2, IDENTITY],
            id="of two providers the local one",
        ),
    ],
)  # fmt: skip
def test_exceptions_stand_before_the_wildcard_and_are_not_encrypted(
    encryption: dict[str, Any], excepted: list[dict[str, Any]], providers: list[dict[str, Any]]
) -> None:
    exceptions = {"resources": ["*.*"], "except": ["events", "leases.coordination.k8s.io"]}
    body = rendered({**exceptions, **encryption})

    assert body["resources"] == [
        {"resources": ["events", "leases.coordination.k8s.io"], "providers": excepted},
        {"resources": ["*.*"], "providers": providers},
    ]
    Draft202012Validator(SCHEMA).validate(body)


@pytest.mark.parametrize(
    ("resources", "excepted", "codes"),
    [
        pytest.param(["*.*"], ["events"], [], id="out of everything"),
        pytest.param(["*."], ["events"], [], id="out of a group"),
        pytest.param(["*.*"], ["*.apps"], [], id="a group out of everything"),
        pytest.param(["*.*"], ["*.apps", "deployments.apps"], ["SK409"], id="twice"),
        pytest.param(["*.*"], ["Events"], ["SK408"], id="no resource"),
        pytest.param(["*.*"], ["event"], ["SK408"], id="a singular"),
        pytest.param(["*.*"], ["secrets"], ["SK411"], id="secrets"),
        pytest.param(["*.*"], ["*."], ["SK411"], id="the group of secrets"),
        pytest.param(["*.*"], ["*.*"], ["SK411", "SK421"], id="everything out of everything"),
        pytest.param(["secrets"], ["secrets"], ["SK411", "SK421"], id="a name out of a name"),
        pytest.param(["secrets", "*.apps"], ["events"], ["SK421"], id="another group's"),
    ],
)
def test_an_exception_takes_something_out_of_a_wildcard(
    resources: list[str], excepted: list[str], codes: list[str]
) -> None:
    encryption = {"resources": resources, "except": excepted, "provider": "secretbox",
                  "keys": [key("a")], "readUnencrypted": True}  # fmt: skip
    source = Source("secrets.yaml", HEAD + json.dumps(encryption))

    assert sorted(one.code for one in judge(source, Options())) == codes


def test_a_singular_for_secrets_is_one_finding() -> None:
    encryption = {"resources": ["secret"], "provider": "secretbox", "keys": [key("a")],
                  "readUnencrypted": True}  # fmt: skip
    source = Source("secrets.yaml", HEAD + json.dumps(encryption))

    assert [(one.code, one.fix) for one in judge(source, Options())] == [
        ("SK408", "write `secrets`")
    ]


def test_exceptions_alone_are_no_demand() -> None:
    source = Source("secrets.yaml", HEAD + json.dumps({"resources": ["*.*"], "except": ["events"]}))

    assert [one.severity for one in judge(source, Options())][:1] == ["error"]


def test_what_a_platform_excepts_is_not_provided() -> None:
    from secretkit.model.control_plane import Encryption, Kind
    from secretkit.text import Place, Tree

    found = Encryption(
        ("*.*",), None, False, False, None, None, Place(Tree({}, ())), ("events", "*.apps")
    )

    asked = ("secrets", "events", "deployments.apps", "widgets.example.com")
    assert [kind for kind in asked if found.covers(Kind.of(kind))] == [
        "secrets",
        "widgets.example.com",
    ]
