"""Generated passwords: their keys, in the way of the release."""

from typing import Any

import pytest
import yaml

from secretkit import pipeline
from secretkit.load import load
from secretkit.pipeline import Options
from secretkit.resolve import Context
from secretkit.resolve.app import resolve
from secretkit.single import objects
from secretkit.target import Target, version
from secretkit.text import Source


def text(generate: Any, **spec: Any) -> str:
    return yaml.safe_dump({
        "apiVersion": "secretkit.dev/v1alpha1", "kind": "AppSecrets",
        "metadata": {"name": "shop", "namespace": "prod"},
        "spec": {"secrets": {"pin": {"generate": generate}}, **spec},
    })  # fmt: skip


def compiled(generate: Any, release: str) -> dict[str, Any]:
    """Kind -> spec of the objects of one generated Secret."""
    context = Context(Target(external_secrets=version(release)))
    app = resolve(load(Source("secrets.yaml", text(generate))), context, lambda _: ())
    return {one.kind: one.body["spec"] for one in objects(app, [])[1]}


def test_a_lease_keeps_what_is_called_namespace_and_is_no_reference() -> None:
    headers = {"name": "shop", "namespace": "prod"}
    login = {"namespace": "admin", "tokenSecretRef": {"name": "v", "key": "t", "namespace": "prod"}}
    vault = {"server": "https://vault.example.com", "headers": headers, "auth": login}
    spec = {
        "stores": {"vault": {"scope": "cluster", "vault": vault}},
        "secrets": {"db": {"from": "vault", "dynamic": "database/creds/shop"}},
    }
    made = yaml.safe_load(text({}))
    source = Source("secrets.yaml", yaml.safe_dump({**made, "spec": spec}))
    app = resolve(load(source), Context(), lambda _: ())

    (lease,) = [one for one in objects(app, [])[1] if one.kind == "VaultDynamicSecret"]
    provider = lease.body["spec"]["provider"]
    assert (provider["headers"], provider["auth"]) == (
        headers,
        {"namespace": "admin", "tokenSecretRef": {"name": "v", "key": "t"}},
    )


RENAMED = [{"regexp": {"source": "^password$", "target": "pin"}}]


@pytest.mark.parametrize(
    ("generate", "release", "keys", "rewrite"),
    [
        pytest.param({"keys": ["pin"]}, "1.1.1", ["pin"], None, id="named by the generator"),
        pytest.param({"keys": ["pin"]}, "1.1", None, RENAMED, id="renamed by the ExternalSecret"),
        pytest.param({"Password": {"secretKeys": ["pin"]}}, "0.15", None, RENAMED,
                     id="renamed, in the long form"),
        pytest.param({"keys": ["password"]}, "1.1", None, None, id="the name that it has anyway"),
        pytest.param({"length": 24}, "1.1", None, None, id="no name is given"),
        pytest.param({"keys": ["a", "b"]}, "1.1.1", ["a", "b"], None, id="several"),
    ],
)  # fmt: skip
def test_a_password_gets_its_key_in_the_way_of_the_release(
    generate: Any, release: str, keys: list[str] | None, rewrite: Any
) -> None:
    made = compiled(generate, release)
    source = made["ExternalSecret"]["dataFrom"]

    assert made["Password"].get("secretKeys") == keys
    assert [entry.get("rewrite") for entry in source] == [rewrite]
    assert [entry["sourceRef"]["generatorRef"]["kind"] for entry in source] == ["Password"]


@pytest.mark.parametrize("release", ["1.1", "1.1.1"])
def test_consumers_are_checked_against_the_key_that_the_secret_gets(release: str) -> None:
    options = Options(target=Target(external_secrets=version(release)))
    workloads = {"api": {"kind": "Deployment", "env": {"A": "pin#pin", "B": "pin#password"}}}
    source = Source("secrets.yaml", text({"keys": ["pin"]}, workloads=workloads))

    found = pipeline.judge(source, options)

    wrong = [(one.code, one.message) for one in found if one.severity == "error"]
    assert wrong == [("SK302", "`pin` has no key `password`")]


def test_a_patch_cannot_name_the_keys_of_a_password_before_its_release() -> None:
    patches = {"Password/pin": {"spec": {"secretKeys": ["pin"]}}}
    source = Source("secrets.yaml", text({"length": 24}, patches=patches))

    found = {
        release: [one.code for one in pipeline.judge(source, Options(target=target))]
        for release in ("1.1", "1.1.1")
        for target in [Target(external_secrets=version(release))]
    }

    assert found == {"1.1": ["SK612"], "1.1.1": []}
