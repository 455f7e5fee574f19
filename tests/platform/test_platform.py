"""Apps on a platform: layers, presets, variables, environments, policy."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from secretkit import pipeline
from secretkit.finding import Usage
from secretkit.load.positions import Positions
from secretkit.pipeline import Options, Outcome
from secretkit.target import fits

HEAD = "apiVersion: secretkit.dev/v1alpha1\n"
PLATFORM: dict[str, Any] = {
    "targets": {"kubernetes": "1.34", "externalSecrets": "2.9"},
    "variables": {"account": "111122223333"},
    "defaults": {"refresh": "30m", "fileMode": "0440", "labels": {"team": "core", "tier": "web"}},
    "stores": {
        "vault": {
            "vault": {
                "server": "https://vault.example.com", "path": "secret", "role": "${app}",
                "serviceAccount": "${app}-vault",
            }
        },
        "aws": {
            "aws": {
                "service": "SecretsManager", "region": "eu-west-1",
                "serviceAccount": {"identity": "arn:aws:iam::${account}:role/${app}"},
            }
        },
        "old": {"ref": {"kind": "ClusterSecretStore", "name": "platform"}},
    },
    "environments": {
        "staging": {
            "namespace": "${app}-${env}", "variables": {"account": "444455556666"},
            "targets": {"externalSecrets": "0.15"},
            "stores": {"aws": {"aws": {"region": "us-east-1"}}},
        },
        "production": {},
    },
}  # fmt: skip


def app(name: str, spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "prod", **metadata}, "spec": spec}


SHOP = app("shop", {"secrets": {"db": {"from": "aws", "keys": {"password": "${account}/db#p"}}}})


def run(
    root: Path, platform: dict[str, Any], *apps: dict[str, Any], **options: Any
) -> Outcome:  # fmt: skip
    (root / ".git").mkdir(exist_ok=True)
    body = {"kind": "Platform", "metadata": {"name": "acme"}, "spec": platform}
    (root / "platform.yaml").write_text(HEAD + yaml.safe_dump(body, sort_keys=False))
    for one in apps:
        folder = root / "apps" / one["metadata"]["name"]
        folder.mkdir(parents=True, exist_ok=True)
        text = HEAD + yaml.safe_dump({"kind": "AppSecrets", **one}, sort_keys=False)
        (folder / "secrets.yaml").write_text(text)
    return pipeline.run([root], Options(**options))


def objects(outcome: Outcome) -> dict[str, dict[str, Any]]:
    assert [found.message for found in outcome.findings if found.severity == "error"] == []
    return {
        f"{found.kind}/{found.name}": found.body
        for one in outcome.apps
        for found in (*outcome.shared, *one.objects)
    }


def codes(outcome: Outcome) -> list[tuple[str, str, int]]:
    positions = Positions()
    spans = [(found.code, positions.span(found.place)) for found in outcome.findings]
    return sorted({(code, span.source.name, span.line) for code, span in spans})


def test_a_preset_is_made_where_it_is_used_with_derived_names(tmp_path: Path) -> None:
    found = objects(run(tmp_path, PLATFORM, SHOP))

    assert sorted(found) == ["ExternalSecret/db", "SecretStore/shop-aws", "ServiceAccount/shop-aws"]
    account = found["ServiceAccount/shop-aws"]["metadata"]["annotations"]
    assert account == {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/shop"}
    assert found["ExternalSecret/db"]["spec"]["secretStoreRef"] == {
        "name": "shop-aws", "kind": "SecretStore"
    }  # fmt: skip


def test_defaults_reach_every_object_and_the_app_overrides_them(tmp_path: Path) -> None:
    named = {**SHOP, "metadata": {**SHOP["metadata"], "labels": {"tier": "api"}}}
    found = objects(run(tmp_path, PLATFORM, named))

    assert found["ExternalSecret/db"]["spec"]["refreshInterval"] == "30m0s"
    assert found["SecretStore/shop-aws"]["metadata"]["labels"] == {
        "app.kubernetes.io/managed-by": "secretkit", "app.kubernetes.io/name": "shop",
        "team": "core", "tier": "api",
    }  # fmt: skip


def test_an_environment_changes_presets_variables_targets_and_the_namespace(tmp_path: Path) -> None:
    found = objects(run(tmp_path, PLATFORM, SHOP, environment="staging"))

    store = found["SecretStore/shop-aws"]
    assert store["apiVersion"] == "external-secrets.io/v1beta1"
    assert store["metadata"]["namespace"] == "shop-staging"
    assert store["spec"]["provider"]["aws"]["region"] == "us-east-1"
    key = found["ExternalSecret/db"]["spec"]["data"][0]["remoteRef"]["key"]
    assert key == "444455556666/db"


def test_a_store_that_the_app_names_is_its_own_as_written(tmp_path: Path) -> None:
    own = {"aws": {"service": "ParameterStore", "region": "us-west-2"}}
    found = objects(run(tmp_path, PLATFORM, app("shop", {"stores": {"aws": own}, **SHOP["spec"]})))

    assert sorted(found) == ["ExternalSecret/db", "SecretStore/aws"]
    assert found["SecretStore/aws"]["spec"]["provider"]["aws"] == {
        "service": "ParameterStore", "region": "us-west-2", "sessionTagsPolicy": "None"
    }  # fmt: skip


def test_a_preset_that_exists_already_is_only_named(tmp_path: Path) -> None:
    spec = {"secrets": {"db": {"from": "old", "keys": {"password": "db#p"}}}}
    found = objects(run(tmp_path, PLATFORM, app("shop", spec)))

    assert found["ExternalSecret/db"]["spec"]["secretStoreRef"] == {
        "name": "platform", "kind": "ClusterSecretStore"
    }  # fmt: skip


def shared(settings: dict[str, Any]) -> dict[str, Any]:
    vault = {"server": "https://vault.example.com", "path": "secret", "role": "all", **settings}
    conditions = [{"namespaces": ["a", "b", "prod"]}]
    return {"stores": {"all": {"scope": "cluster", "conditions": conditions, "vault": vault}}}


def test_a_cluster_scoped_preset_is_made_once(tmp_path: Path) -> None:
    spec = {"secrets": {"db": {"from": "all", "keys": {"password": "db#p"}}}}
    one, two = (app(name, spec, namespace=name) for name in ("a", "b"))
    outcome = run(
        tmp_path, shared({"serviceAccount": {"name": "all", "namespace": "stores"}}), one, two
    )

    assert [f"{found.kind}/{found.name}" for found in outcome.shared] == [
        "ServiceAccount/all", "ClusterSecretStore/all"
    ]  # fmt: skip
    assert outcome.shared[1].body["metadata"]["labels"]["app.kubernetes.io/name"] == "acme"
    assert [[found.kind for found in one.objects] for one in outcome.apps] == [
        ["ExternalSecret"], ["ExternalSecret"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("platform", "spec", "expected"),
    [
        pytest.param(
            {"variables": {"app": "x"}}, {}, [("SK017", "platform.yaml", 7)], id="a given variable"
        ),
        pytest.param(
            {"policy": {"SK999": "off"}}, {}, [("SK027", "platform.yaml", 7)], id="an unknown rule"
        ),
        pytest.param(
            {"stores": {"x": {"aws": {"service": "SecretsManager"}}}}, {},
            [("SK012", "platform.yaml", 9)], id="a preset without a region",
        ),
        pytest.param(
            {"environments": {"prod": {}}}, {"environments": {"stage": {}}},
            [("SK024", "apps/shop/secrets.yaml", 8)], id="an environment that is not declared",
        ),
        pytest.param(
            {}, {"secrets": {"db": {"from": "vaul", "keys": {"a": "b"}}}},
            [("SK201", "apps/shop/secrets.yaml", 9)], id="an unknown store",
        ),
        pytest.param(
            {"defaults": {"refresh": "0s"}},
            {"stores": {"v": {"ref": {"name": "v"}}},
             "secrets": {"db": {"from": "v", "keys": {"a": "b"}}}},
            [("SK213", "platform.yaml", 7)], id="a bad default stands at the default",
        ),
    ],
)  # fmt: skip
def test_a_finding_stands_where_the_value_is_written(
    tmp_path: Path, platform: dict[str, Any], spec: dict[str, Any], expected: list[Any]
) -> None:
    assert codes(run(tmp_path, platform, app("shop", spec))) == expected


def test_policy_sets_severities_and_silences(tmp_path: Path) -> None:
    spec = {
        "stores": {"v": {"ref": {"name": "v"}}},
        "secrets": {"db": {"from": "v", "keys": {"a": "b"}}},
        "workloads": {"api": {"kind": "Deployment", "containers": ["api"], "env": {"A": "db#a"}}},
    }
    before = run(tmp_path, {}, app("shop", spec)).findings
    silent = run(tmp_path, {"policy": {"SK310": "off"}}, app("shop", spec)).findings
    strict = run(tmp_path, {"policy": {"SK310": "error"}}, app("shop", spec)).findings

    assert [(found.code, found.severity) for found in before] == [("SK310", "info")]
    assert silent == ()
    assert [(found.code, found.severity) for found in strict] == [("SK310", "error")]


def test_an_error_that_a_policy_lowers_takes_nothing_away(tmp_path: Path) -> None:
    spec = {
        "stores": {"v": {"ref": {"name": "v"}}},
        "secrets": {"db": {"from": "v", "keys": {"a": "b"}, "template": {"x": "{{ .nobody }}"}}},
    }
    for severity in ("warning", "off"):
        outcome = run(tmp_path, {"policy": {"SK219": severity}}, app("shop", spec))

        assert [found.kind for found in outcome.apps[0].objects] == ["ExternalSecret"]


def test_no_policy_lets_a_store_be_unknown(tmp_path: Path) -> None:
    spec = {"secrets": {"db": {"from": "nobody", "keys": {"a": "b"}}}}

    assert codes(run(tmp_path, {"policy": {"SK201": "off"}}, app("shop", spec)))[0][0] == "SK027"


def test_a_mistyped_name_in_an_environment_is_told(tmp_path: Path) -> None:
    platform = {
        "variables": {"account": "1"},
        "stores": {"vault": {"vault": {"server": "https://vault.example.com", "path": "kv"}}},
        "environments": {
            "staging": {"variables": {"acount": "2", "region": "x"},
                        "stores": {"vautl": {"vault": {"server": "https://staging.example.com", "path": "kv"}}}},
        },
    }  # fmt: skip
    staging = {"spec": {"secrets": {"dbb": {"generate": {"length": 30}}}}}
    spec = {
        "secrets": {"db": {"generate": {"length": 20}}},
        "environments": {"staging": staging},
    }
    found = run(tmp_path, platform, app("shop", spec)).findings

    assert [(one.code, one.message) for one in found] == [
        ("SK032", "`dbb` is new in the environment `staging`, did you mean `db`?"),
        ("SK032", "`acount` is new in the environment `staging`, did you mean `account`?"),
        ("SK032", "`vautl` is new in the environment `staging`, did you mean `vault`?"),
    ]


def test_the_nearest_platform_speaks_for_an_app(tmp_path: Path) -> None:
    run(tmp_path, PLATFORM, SHOP)
    spec = {"stores": PLATFORM["stores"], "variables": {"account": "444455556666"}}
    text = yaml.safe_dump({"kind": "Platform", "metadata": {"name": "other"}, "spec": spec})
    (tmp_path / "apps" / "platform.yaml").write_text(HEAD + text)
    found = objects(pipeline.run([tmp_path], Options()))

    assert found["ExternalSecret/db"]["spec"]["data"][0]["remoteRef"]["key"] == "444455556666/db"
    given = objects(pipeline.run([tmp_path], Options(platform=tmp_path / "platform.yaml")))
    assert given["ExternalSecret/db"]["spec"]["data"][0]["remoteRef"]["key"] == "111122223333/db"


def test_a_demand_of_an_app_must_be_covered(tmp_path: Path) -> None:
    encryption = {
        "provider": "kms", "readUnencrypted": True,
        "kms": {"name": "k", "endpoint": "unix:///run/kms.sock"},
    }  # fmt: skip
    met = app("shop", {"encryption": {"resources": ["secrets"]}})
    unmet = app("shop", {"encryption": {"resources": ["secrets", "configmaps"]}})

    assert codes(run(tmp_path, {"encryption": encryption}, met)) == []
    assert codes(run(tmp_path, {"encryption": encryption}, unmet)) == [
        ("SK415", "apps/shop/secrets.yaml", 10)
    ]


@pytest.mark.parametrize(
    ("platform", "options", "words"),
    [
        pytest.param({"requires": ">=9"}, {}, "requires secretkit >=9", id="another secretkit"),
        pytest.param(PLATFORM, {"environment": "stagin"}, "did you mean `staging`", id="a typo"),
    ],
)
def test_wrong_usage_is_one_line(
    tmp_path: Path, platform: dict[str, Any], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(Usage, match=words):
        run(tmp_path, platform, SHOP, **options)


def test_a_platform_that_leaves_the_root_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(HEAD + "kind: Platform\nmetadata: {name: x}\n")
    root = tmp_path / "root"
    root.mkdir()
    run(root, {}, SHOP)
    (root / "apps" / "platform.yaml").symlink_to(outside)

    with pytest.raises(Usage, match="outside the root"):
        pipeline.run([root], Options())


@pytest.mark.parametrize(
    ("release", "wanted", "expected"),
    [
        ("0.4.2", ">=0.4,<0.5", True), ("0.5.0", ">=0.4,<0.5", False), ("1.0", "==1.0.0", True),
        ("0.10.0", ">0.9", True), ("0.4.9", "~=0.4", True), ("1.0.0", "~=0.4", False),
        ("0.4.2", "!=0.4.2", False), ("1.2.9", "~=1.2.3", True), ("1.3.0", "~=1.2.3", False),
    ],
)  # fmt: skip
def test_a_range_of_releases(release: str, wanted: str, expected: bool) -> None:
    assert fits(release, wanted) is expected
