"""What rewrites every object: accepted where it is sent, and its words kept together by quotes."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from secretkit.encryption.declared import declared
from secretkit.encryption.rewriting import script

Run: TypeAlias = Callable[..., tuple[int, str, str]]
BEFORE = (
    "note: every API server must write with secretbox:key-2 by now, or objects stay as they are\n"
)


KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def platform(tmp_path: Path) -> Callable[..., str]:
    def write(resources: list[str], release: str, provider: str | None = None) -> str:
        targets = {"kubernetes": release, **({"provider": provider} if provider else {})}
        encryption: dict[str, Any] = {
            "resources": resources,
            "provider": "secretbox",
            "readUnencrypted": True,
            "keys": [{"name": "key-2", "state": "active"}],
        }
        if provider:
            encryption = {"resources": resources, "provider": "kms", "kms": {"name": KEY}}
        body = {
            "apiVersion": "secretkit.dev/v1alpha1",
            "kind": "Platform",
            "metadata": {"name": "acme"},
            "spec": {"targets": targets, "encryption": encryption},
        }
        file = tmp_path / "platform.yaml"
        file.write_text(yaml.safe_dump(body))
        return str(file)

    return write


@pytest.mark.parametrize("release", ["1.30", "1.32", "1.34", "1.35", "1.36", "1.37"])
def test_upstreams_schema_takes_the_migrations_of_a_release(
    release: str, platform: Callable[..., str], ran: Run
) -> None:
    file = platform(["secrets", "deployments.apps", "externalsecrets.external-secrets.io"], release)

    code, out, _ = ran("encryption", "rewrite", file, "--as", "migration")

    bodies = list(yaml.safe_load_all(out))
    assert code == 0
    for body in bodies:
        kubernetes_validate.validate(body, release, strict=True)
    version = {"1.35": "v1beta1", "1.36": "v1beta1", "1.37": "v1"}.get(release, "v1alpha1")
    named = {"version": "v1"} if version == "v1alpha1" else {}
    assert bodies == [
        {
            "apiVersion": f"storagemigration.k8s.io/{version}",
            "kind": "StorageVersionMigration",
            "metadata": {"generateName": f"{name}-key-2-"},
            "spec": {"resource": {"group": group, "resource": resource, **named}},
        }
        for name, group, resource in (
            ("secrets", "", "secrets"),
            ("deployments.apps", "apps", "deployments"),
            ("externalsecrets.external-secrets.io", "external-secrets.io", "externalsecrets"),
        )
    ]


@pytest.mark.parametrize(
    ("release", "said", "then"),
    [
        pytest.param(
            "1.34",
            "note: Kubernetes 1.34 serves no migrations as it comes; kube-apiserver needs "
            "--feature-gates=StorageVersionMigrator=true "
            "--runtime-config=storagemigration.k8s.io/v1alpha1=true, kube-controller-manager "
            "--feature-gates=StorageVersionMigrator=true,InformerResourceVersion=true\n",
            "note: before an upgrade to Kubernetes 1.35 delete these objects and take that "
            "--runtime-config away: newer releases do not know v1alpha1, and with either left an API "
            "server does not start, or is never ready\n",
            id="1.34",
        ),
        pytest.param(
            "1.36",
            "note: Kubernetes 1.36 serves no migrations as it comes; kube-apiserver needs "
            "--feature-gates=StorageVersionMigrator=true "
            "--runtime-config=storagemigration.k8s.io/v1beta1=true, kube-controller-manager "
            "--feature-gates=StorageVersionMigrator=true\n",
            "",
            id="1.36",
        ),
        pytest.param("1.37", "", "", id="1.37"),
    ],
)
def test_what_the_cluster_needs_is_said(
    release: str, said: str, then: str, platform: Callable[..., str], ran: Run
) -> None:
    _, _, err = ran("encryption", "rewrite", platform(["secrets"], release), "--as", "migration")

    send = "note: send it with `kubectl create -f -`: each gets a name of its own, and runs once\n"
    assert err == BEFORE + said + send + then


@pytest.mark.parametrize(
    ("resources", "release", "begins"),
    [
        pytest.param(
            ["secrets"], "1.37", "apiVersion: storagemigration.k8s.io/v1\n", id="migrations"
        ),
        pytest.param(["secrets"], "1.36", "#!/bin/sh\n", id="behind a gate"),
        pytest.param(["*.*"], "1.37", "#!/bin/sh\n", id="a wildcard"),
    ],
)
def test_unasked_it_is_what_the_target_takes_as_it_comes(
    resources: list[str], release: str, begins: str, platform: Callable[..., str], ran: Run
) -> None:
    code, out, _ = ran("encryption", "rewrite", platform(resources, release))

    assert (code, out[: len(begins)]) == (0, begins)


@pytest.mark.parametrize(
    ("resources", "release", "provider", "codes"),
    [
        pytest.param(["secrets"], "1.29", None, ["SK425"], id="no migrations yet"),
        pytest.param(["secrets", "*.apps"], "1.37", None, ["SK426"], id="a wildcard"),
        pytest.param(["secrets", "widgets.example.com", "*.example.org"], "1.34", None, ["SK427", "SK426"],
                     id="a version that nobody knows"),
        pytest.param(["secrets"], "1.36", "eks", ["SK428"], id="a gate on a managed cluster"),
    ],
)  # fmt: skip
def test_what_cannot_be_migrated_is_an_error_that_names_the_script(
    resources: list[str],
    release: str,
    provider: str | None,
    codes: list[str],
    platform: Callable[..., str],
    ran: Run,
) -> None:
    file = platform(resources, release, provider)

    code, out, err = ran("encryption", "rewrite", file, "--as", "migration")

    assert (code, out) == (1, "")
    assert [line[6:11] for line in err.splitlines() if line.startswith("error[")] == codes
    assert err.count("--as script") == len(codes)


@pytest.mark.parametrize("evil", ["a'$(touch gone)`touch gone`", "@WRITER@"])
def test_the_scripts_words_come_quoted(platform: Callable[..., str], evil: str) -> None:
    file = platform(["secrets", "*.apps"], "1.34")
    found = declared(Path(file))

    out = script(found.needed, found.target, [evil, "b"])

    head = out.split("LC_ALL=C")[0]
    said = subprocess.run(
        ["sh", "-c", f'{head}\nprintf "%s|" "$RESOURCES" "$NAMESPACES" "$WRITER"'],
        capture_output=True, text=True, cwd=Path(file).parent,
    )  # fmt: skip
    assert said.stdout == f"secrets\n*.apps|{evil}\nb|with secretbox:key-2|"
    assert not (Path(file).parent / "gone").exists()
    rows = (line for line in head.splitlines() if not line.startswith("#"))
    assert "@" not in "".join(rows).replace(evil, "")


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_has_nothing_to_say_of_the_script(
    platform: Callable[..., str], ran: Run
) -> None:
    _, out, _ = ran("encryption", "rewrite", platform(["secrets"], "1.34"))

    said = subprocess.run(["shellcheck", "-"], input=out, capture_output=True, text=True)

    assert (said.returncode, said.stdout) == (0, "")


def test_a_namespace_goes_with_the_script(platform: Callable[..., str], ran: Run) -> None:
    code, out, err = ran("encryption", "rewrite", platform(["secrets"], "1.37"), "--namespace", "a")

    said = "error: a migration is for all namespaces: --namespace goes with --as script\n"
    assert (code, out, err) == (2, "", said)


@pytest.mark.parametrize("name", ["", "A", "a.b", "a b", "a\n", "-a", "a/b"])
def test_a_namespace_has_the_name_of_one(platform: Callable[..., str], ran: Run, name: str) -> None:
    """An empty one would rewrite them all."""
    file = platform(["secrets"], "1.34")

    found = ran("encryption", "rewrite", file, "--namespace", "a", "--namespace", name)

    assert found == (2, "", f"error: --namespace: {name!r} is no name of a namespace\n")


# A cluster that has the namespace `a`, and in it the Secret `s`, whose version changes with each listing.
CLUSTER = """\
#!/bin/sh
case "$*" in
*api-resources*) echo secrets ;;
*"get namespaces"*forbidden) echo 'Error from server (Forbidden): namespaces "x"' >&2; exit 1 ;;
*"get namespaces"*" a") [ -n "$MAY_LOOK" ] || exit 1; echo namespace/a ;;
*"get secrets"*"--namespace=a"*jsonpath*) echo x >>$0.count; printf '%s\\tu\\t@ \\ts\\n' "$(wc -l <$0.count)" ;;
esac
"""


@pytest.mark.parametrize(
    ("namespaces", "may_look", "expected"),
    [
        pytest.param(["a"], True, (0, "secrets: 1 of 1 rewritten, namespaces: 1\n", ""), id="it is there"),
        pytest.param(["nosuch"], True, (2, "", "nosuch: the cluster has no such namespace\n"), id="it is not there"),
        pytest.param(["a", "nosuch"], True, (2, "", "nosuch: the cluster has no such namespace\n"),
                     id="one is there, and nothing is rewritten"),
        pytest.param(["a"], False, (0, "secrets: 1 of 1 rewritten, namespaces: 1\n", ""),
                     id="nobody may look, and something is in it"),
        pytest.param(["a", "forbidden"], True, (1, "secrets: 1 of 1 rewritten, namespaces: 2\n",
                     "forbidden: nothing was found, and whether there is such a namespace could not be seen\n"),
                     id="nobody may look, and nothing is in it"),
    ],
)  # fmt: skip
def test_a_namespace_that_is_not_there_is_no_success(
    namespaces: list[str], may_look: bool, expected: tuple[int, str, str],
    platform: Callable[..., str], ran: Run, tmp_path: Path,
) -> None:  # fmt: skip
    options = [word for name in namespaces for word in ("--namespace", name)]
    _, out, _ = ran("encryption", "rewrite", platform(["secrets"], "1.34"), *options)
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(CLUSTER)
    kubectl.chmod(0o755)
    env = {"PATH": os.defpath, "KUBECTL": str(kubectl), "MAY_LOOK": "1" if may_look else ""}

    said = subprocess.run(["sh"], input=out, capture_output=True, text=True, env=env)

    assert (said.returncode, said.stdout, said.stderr) == expected


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param({"KUBECTL": "/no/such/kubectl get"},
                     "/no/such/kubectl: no such program (KUBECTL names another)\n", id="no kubectl"),
        pytest.param({"KUBECTL": "false"}, "the cluster's resources could not be listed\n", id="refused"),
        pytest.param({"CHUNK": "0"}, "CHUNK and ROUNDS are numbers from 1 on\n", id="no chunk"),
        pytest.param({"ROLLED_AT": "now"}, "ROLLED_AT is no time like 2026-11-24T14:00:00Z\n", id="no time"),
    ],
)  # fmt: skip
def test_the_script_says_why_it_does_not_begin(
    more: dict[str, str], said: str, platform: Callable[..., str], ran: Run, tmp_path: Path
) -> None:
    _, script, _ = ran("encryption", "rewrite", platform(["secrets"], "1.34"))
    work = tmp_path / "work"
    work.mkdir()

    done = subprocess.run(
        ["sh", "-c", script],
        capture_output=True, text=True,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(work), "KUBECTL": "true", **more},
    )  # fmt: skip

    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    assert list(work.iterdir()) == []


@pytest.mark.parametrize("lost", ["--output=name", "--namespaced=true", "--namespaced=false"])
def test_a_discovery_that_fails_once_passes_nothing_over_in_silence(
    lost: str, platform: Callable[..., str], ran: Run, tmp_path: Path
) -> None:
    _, out, _ = ran("encryption", "rewrite", platform(["secrets"], "1.34"))
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(
        f'#!/bin/sh\ncase "$*" in *api-resources*{lost}) exit 1 ;; *api-resources*) echo secrets ;; esac\n'
    )
    kubectl.chmod(0o755)

    said = subprocess.run(
        ["sh"], input=out, capture_output=True, text=True, env={"PATH": os.defpath, "KUBECTL": str(kubectl)},
    )  # fmt: skip

    assert said.returncode != 0
    assert (
        "resources could be listed" in said.stderr or "resources could not be listed" in said.stderr
    )
