"""Objects under several keys on real servers: what `verify` says of them, what rewrites them."""

import json
import subprocess
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from . import programs
from .server import ApiServer, Etcd, Start
from .stored import (
    CANARY,
    ENCODED,
    Ran,
    ReadableEtcd,
    assert_untold,
    counts,
    environment,
    install_widgets,
    make_secrets,
    make_widget,
    platform_file,
    secretkit,
    seen,
    writing,
)


@pytest.fixture
def etcd(start: Start) -> Etcd:
    return start(ReadableEtcd())


@pytest.fixture
def server(etcd: Etcd, start: Start) -> Callable[..., ApiServer]:
    """Starts an API server on the test's etcd that knows some keys, the first of which writes."""
    return lambda *keys, **more: start(writing(etcd, *keys, **more))


@pytest.fixture
def declared(tmp_path: Path) -> Callable[..., Path]:
    """Writes a platform file in which `key-2` writes and `key-1` can be read."""
    return partial(platform_file, tmp_path)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Ran]:
    """Runs what `rewrite` prints, by dash, under a kubectl that tells its arguments and looks at the disk."""
    work = tmp_path / "work"
    work.mkdir()
    told = tmp_path / "told"
    told.write_text("")
    spy = tmp_path / "kubectl"
    spy.write_text(
        "#!/bin/sh\n"
        f'printf "%s\\n" "$*" >>{told}\n'
        f'if grep -rqE "{CANARY}|{ENCODED}" {work}; then echo "a value on disk" >>{told}; fi\n'
        f'exec {programs.find("kubectl")} "$@"\n'
    )
    spy.chmod(0o755)

    def run(script: str, on: ApiServer, **more: str) -> Ran:
        ran = subprocess.run(
            ["dash", "-c", script],
            capture_output=True, text=True, timeout=300,
            env=environment(
                tmp_path,
                {
                    "KUBECTL": str(spy), "KUBECONFIG": str(on.kubeconfig), "TMPDIR": str(work),
                    "ROUNDS": "3", **more,
                },
            ),
        )  # fmt: skip
        assert_untold(ran.stdout + ran.stderr + told.read_text())
        assert "a value on disk" not in told.read_text()
        assert list(work.iterdir()) == []
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    return run


def script_of(file: Path, *options: str) -> str:
    ran = secretkit(file, "rewrite", "--as", "script", *options)
    said = "note: every API server must write with secretbox:key-2 by now, or objects stay as they are\n"
    assert (ran.code, ran.err) == (0, said)
    return ran.out


def test_every_object_is_told_by_the_key_it_lies_under(
    etcd: Etcd, server: Callable[..., ApiServer], declared: Callable[..., Path]
) -> None:
    resources = ["secrets", "configmaps", "services", "endpoints", "widgets.example.com"]
    file = declared(resources)
    bare = server()
    install_widgets(bare)
    make_secrets(bare, "default", "plain")
    make_widget(bare, "plain")
    bare.stop()
    first = server("key-1", resources=resources)
    make_secrets(first, "kube-system", "one-a", "one-b")
    make_widget(first, "one")
    first.stop()
    second = server("key-2", "key-1", resources=resources)
    make_secrets(second, "default", *(f"two-{number}" for number in range(250)))

    body = seen(file, etcd)
    text = secretkit(file, "verify", "--etcd-endpoints", etcd.url)

    assert counts(body) == {
        "configmaps": {"plain": 1},
        "endpoints": {"plain": 1},
        "secrets": {"key-2": 250, "key-1": 2, "plain": 1},
        "services": {"plain": 1},
        "widgets.example.com": {"key-1": 1, "plain": 1},
    }
    assert body["wrong"] == [
        "configmaps: 1 of 1 is not under secretbox:key-2 (1 plain): "
        "kube-system/kube-apiserver-legacy-service-account-token-tracking",
        "endpoints: 1 of 1 is not under secretbox:key-2 (1 plain): default/kubernetes",
        "secrets: 3 of 253 are not under secretbox:key-2 (2 secretbox:key-1, 1 plain): "
        "default/plain, kube-system/one-a, kube-system/one-b",
        "services: 1 of 1 is not under secretbox:key-2 (1 plain): default/kubernetes",
        "widgets.example.com: 2 of 2 are not under secretbox:key-2 (1 plain, 1 secretbox:key-1): "
        "default/one, default/plain",
    ]
    assert (body["unseen"], body["servers"]) == ([], None)
    assert text == Ran(1, TOLD, "")


TOLD = """\
written today: secretbox:key-2
stored in etcd:
  configmaps           1 plain
  endpoints            1 plain
  secrets              250 secretbox:key-2, 2 secretbox:key-1, 1 plain
  services             1 plain
  widgets.example.com  1 plain, 1 secretbox:key-1
not as declared:
  configmaps: 1 of 1 is not under secretbox:key-2 (1 plain): kube-system/kube-apiserver-legacy-service-account-token-tracking
  endpoints: 1 of 1 is not under secretbox:key-2 (1 plain): default/kubernetes
  secrets: 3 of 253 are not under secretbox:key-2 (2 secretbox:key-1, 1 plain): default/plain, kube-system/one-a, kube-system/one-b
  services: 1 of 1 is not under secretbox:key-2 (1 plain): default/kubernetes
  widgets.example.com: 2 of 2 are not under secretbox:key-2 (1 plain, 1 secretbox:key-1): default/one, default/plain
not asked for:
  what the API servers have loaded (--server, --kubeconfig)
"""
UNASKED = TOLD[TOLD.index("not asked for:") :]


def test_a_wildcard_is_rewritten_and_seen_in_all_that_it_stands_for(
    etcd: Etcd,
    server: Callable[..., ApiServer],
    declared: Callable[..., Path],
    run: Callable[..., Ran],
) -> None:
    bare = server()
    install_widgets(bare)
    make_secrets(bare, "default", "plain")
    make_widget(bare, "plain")
    bare.kubectl("create", "clusterrole", "a b", "--verb=get", "--resource=pods")
    bare.stop()
    on = server("key-2", "key-1", resources=["*.*"])
    before = seen(declared(["*.*"]), etcd)
    some = declared(["*.", "*.example.com", "*.rbac.authorization.k8s.io"])

    ran = run(script_of(some), on)

    lines = set(ran.out.splitlines())
    assert ran.code == 0, ran
    assert {
        "bindings: passed over, it cannot be listed and updated",
        "endpoints: 1 of 1 rewritten, namespaces: 1",
        "namespaces: 4 of 4 rewritten",
        "secrets: 1 of 1 rewritten, namespaces: 1",
        "widgets.example.com: 1 of 1 rewritten, namespaces: 1",
    } <= lines
    assert not any(line.startswith(("leases", "events.events", "deployments")) for line in lines)
    stored = counts(seen(some, etcd))
    assert {key for keys in stored.values() for key in keys} == {"key-2"}
    assert {"endpoints", "namespaces", "secrets", "services", "widgets.example.com"} <= set(stored)
    everything = counts(before)
    assert everything["secrets"] == everything["widgets.example.com"] == {"plain": 1}
    assert everything["customresourcedefinitions.apiextensions.k8s.io"] == {"plain": 1}
    assert set(before["neverEncrypted"]) == {"masterleases", "ranges"}
    left = counts(seen(declared(["*.*"]), etcd))
    assert left["clusterroles.rbac.authorization.k8s.io"] == {
        "key-2": everything["clusterroles.rbac.authorization.k8s.io"]["plain"]
    }
    assert left["flowschemas.flowcontrol.apiserver.k8s.io"]["plain"] > 0


def test_what_is_excepted_is_not_rewritten(
    etcd: Etcd,
    server: Callable[..., ApiServer],
    declared: Callable[..., Path],
    run: Callable[..., Ran],
) -> None:
    bare = server()
    make_secrets(bare, "default", "plain")
    bare.stop()
    on = server("key-2", "key-1", resources=["*."])
    file = declared(["*."], **{"except": ["endpoints", "events"]})

    ran = run(script_of(file), on)

    assert ran.code == 0, ran
    told = {line.partition(":")[0] for line in ran.out.splitlines()}
    assert "secrets" in told
    assert not told & {"endpoints", "events"}
    stored = counts(seen(file, etcd))
    assert stored["secrets"] == {"key-2": 1}


def test_the_script_rewrites_what_others_change_meanwhile(
    etcd: Etcd,
    server: Callable[..., ApiServer],
    declared: Callable[..., Path],
    run: Callable[..., Ran],
) -> None:
    first = server("key-1")
    other = first.create_namespace("other")
    make_secrets(first, "default", *(f"busy-{number}" for number in range(12)))
    make_secrets(first, other, "still")
    make_secrets(first, "default", *(f"goes-{number}" for number in range(6)))
    make_secrets(first, "kube-system", "fixed", immutable=True)
    first.stop()
    on = server("key-2", "key-1")
    file = declared()
    done = threading.Event()
    changes: list[int] = []

    def change() -> None:
        number = 0
        while not done.is_set():
            number += 1
            label = f"n=x{number}"
            on.kubectl("label", "secret", "--overwrite", f"busy-{number % 12}", label)
            if number <= 6:
                on.kubectl("delete", "secret", f"goes-{number - 1}", "--wait=false")
            changes.append(number)

    other_client = threading.Thread(target=change)
    other_client.start()
    try:
        ran = run(script_of(file), on, CHUNK="4")
    finally:
        done.set()
        other_client.join()

    assert (ran.code, ran.err) == (0, ""), ran
    assert len(changes) > 3
    body = seen(file, etcd)
    assert (body["holds"], list(counts(body)["secrets"])) == (True, ["key-2"])
    assert on.get("secret", "fixed", "kube-system")["immutable"] is True
    assert on.get("secret", "still", other)["data"] == {"password": ENCODED}


def test_a_server_on_the_old_order_answers_ok_and_rewrites_nothing(
    etcd: Etcd,
    server: Callable[..., ApiServer],
    declared: Callable[..., Path],
    run: Callable[..., Ran],
) -> None:
    old = server("key-1", "key-2")
    other = old.create_namespace("other")
    make_secrets(old, "default", "a")
    make_secrets(old, other, "b")
    make_secrets(old, "kube-system", "c")
    on = server("key-2", "key-1")
    file = declared()
    script = script_of(file)
    put = old.kubectl("replace", "-f", "-", input=old.kubectl("get", "secret/a", "-ojson").stdout)

    by_old = run(script, old)
    between = seen(file, etcd)
    by_new = run(script, on)

    assert put.stdout == "secret/a replaced\n"
    assert by_old == Ran(
        1,
        "secrets: 0 of 3 rewritten, namespaces: 3\n",
        "not rewritten:\n    secrets default/a\n    secrets kube-system/c\n    secrets other/b\n"
        "Either they are stored as written with secretbox:key-2 already, or an API server that answered "
        "does not\nwrite so yet. `secretkit encryption verify` tells one from the other.\n",
    )
    assert counts(between) == {"secrets": {"key-1": 3}}
    assert by_new == Ran(0, "secrets: 3 of 3 rewritten, namespaces: 3\n", "")
    assert counts(seen(file, etcd)) == {"secrets": {"key-2": 3}}


def test_what_was_written_since_the_roll_needs_no_rewriting(
    server: Callable[..., ApiServer], declared: Callable[..., Path], run: Callable[..., Ran]
) -> None:
    on = server("key-2", "key-1")
    make_secrets(on, "default", "new")
    script = script_of(declared())

    assert run(script, on).code == 1
    assert run(script, on, ROLLED_AT="2020-01-01T00:00:00Z") == Ran(
        0,
        "secrets: 0 of 1 rewritten, namespaces: 1, 1 written since 2020-01-01T00:00:00Z\n",
        "",
    )
    assert run(script, on, ROLLED_AT="2020").code == 2


def test_of_a_refusal_the_reason_is_shown_and_never_the_object(
    server: Callable[..., ApiServer], declared: Callable[..., Path], run: Callable[..., Ran]
) -> None:
    first = server("key-1")
    make_secrets(first, "default", "a")
    first.stop()
    on = server("key-2", "key-1")
    on.kubectl("apply", "-f", "-", input=TELLTALE)

    def refuses() -> bool:
        said = on.kubectl(
            "label", "secret", "a", "--overwrite", "a=b", "--dry-run=server", check=False
        )
        return ENCODED in said.stderr

    on.process.wait_until(refuses)

    ran = run(script_of(declared()), on)

    assert ran.code == 1
    assert ran.err.startswith("    3 times: Error from server (Invalid)\nnot rewritten:\n"), ran.err


TELLTALE = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: telltale}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      - {apiGroups: [""], apiVersions: [v1], operations: [UPDATE], resources: [secrets]}
  validations:
    - expression: "false"
      messageExpression: "'no: ' + string(object.data.password)"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: telltale}
spec: {policyName: telltale, validationActions: [Deny]}
"""


def test_the_script_stays_in_the_namespaces_it_was_made_for(
    etcd: Etcd,
    server: Callable[..., ApiServer],
    declared: Callable[..., Path],
    run: Callable[..., Ran],
) -> None:
    resources = [
        "secrets", "namespaces", "widgets.example.com", "gadgets.example.com", "*.example.org", "*.storage.k8s.io",
    ]  # fmt: skip
    first = server("key-1", resources=resources)
    install_widgets(first)
    make_secrets(first, "default", "a")
    make_secrets(first, "kube-system", "b")
    first.stop()
    on = server("key-2", "key-1", resources=resources)
    file = declared(resources)

    absent = run(script_of(file, "--namespace", "default", "--namespace", "nosuch"), on)
    assert absent == Ran(2, "", "nosuch: the cluster has no such namespace\n")

    ran = run(script_of(file, "--namespace", "default"), on)

    out = "".join(
        line for line in ran.out.splitlines(keepends=True) if "storage.k8s.io" not in line
    )
    assert ran._replace(out=out) == Ran(
        0,
        "gadgets.example.com: passed over, the cluster has no such resource\n"
        "namespaces: passed over, it has no namespace\n"
        "secrets: 1 of 1 rewritten, namespaces: 1\n"
        "widgets.example.com: 0 of 0 rewritten, namespaces: 1\n",
        "",
    )
    body = seen(file, etcd)
    assert counts(body)["secrets"] == {"key-1": 1, "key-2": 1}
    strays = {one["resource"]: one["strays"] for one in body["stored"]}
    assert strays["secrets"] == ["kube-system/b"]
    missing = "this etcd holds no such objects, and no CRD of that name"
    assert body["unseen"] == [f"gadgets.example.com: {missing}", f"*.example.org: {missing}"]


def test_servers_are_held_against_the_live_file_and_against_each_other(
    etcd: Etcd, server: Callable[..., ApiServer], declared: Callable[..., Path], tmp_path: Path
) -> None:
    old, on = server("key-1", "key-2"), server("key-2", "key-1")
    make_secrets(on, "default", "a")
    file = declared()
    live = on.folder / "encryption.yaml"
    both = tmp_path / "kubeconfig"  # either server, with one token
    both.write_text(json.dumps(insecure(on)))
    asked = ["--kubeconfig", str(on.kubeconfig), "--config", str(live)]

    alone = seen(file, etcd, *asked)
    stale = seen(file, etcd, "--kubeconfig", str(old.kubeconfig), "--config", str(live))
    servers = seen(file, etcd, "--kubeconfig", str(both), "--server", on.url, "--server", old.url,
                   "--config", str(live))  # fmt: skip
    on.kubectl("create", "-f", "-", input=json.dumps(lease(on)))
    more = seen(file, etcd, *asked)
    no_etcd = secretkit(file, "verify", *asked, "--format=json")

    assert (alone["holds"], alone["wrong"], alone["unseen"]) == (True, [], [])
    written = {
        (one["resource"], one["kind"], one["prefix"])
        for one in alone["servers"][0]["operations"]
        if one["kind"] == "to_storage"
    }
    assert written == {
        ("secrets", "to_storage", "k8s:enc:secretbox:v1:"),
        ("secrets", "to_storage", "key-2:"),
    }
    hash_of_old = stale["servers"][0]["config"]
    said = f"has loaded another file, {hash_of_old[:19]}…"
    assert stale["wrong"] == [f"the kubeconfig's API server: {said}"]
    # A token of the one is none to the other.
    assert servers["unseen"][0].startswith(f"{old.url}: "), servers["unseen"]
    assert more["unseen"] == ["1 API server was not asked: name each with --server"]
    assert json.loads(no_etcd.out)["unseen"] == [
        "1 API server was not asked: name each with --server",
    ]
    assert no_etcd.code == 1


def insecure(on: ApiServer) -> dict[str, Any]:
    config: dict[str, Any] = json.loads(on.kubeconfig.read_text())
    config["clusters"][0]["cluster"] = {"server": on.url, "insecure-skip-tls-verify": True}
    return config


def lease(on: ApiServer) -> dict[str, Any]:
    """Of an API server that lives, as far as the cluster knows, and that nobody asks."""
    label = "apiserver.kubernetes.io/identity=kube-apiserver"
    found = on.kubectl("get", "leases", "-n", "kube-system", "-l", label, "-ojson").stdout
    (body,) = json.loads(found)["items"]
    metadata = {"name": "apiserver-other", "namespace": "kube-system"}
    copied: dict[str, Any] = {
        **body,
        "metadata": {**metadata, "labels": body["metadata"]["labels"]},
    }
    return copied


def test_what_an_etcd_refuses_is_not_seen_and_nothing_of_the_password_is_shown(
    etcd: Etcd, server: Callable[..., ApiServer], declared: Callable[..., Path]
) -> None:
    server("key-2").stop()
    file = declared()
    for words in (
        ["user", "add", "root:hunter2"],
        ["user", "grant-role", "root", "root"],
        ["auth", "enable"],
    ):
        command = [str(programs.find("etcdctl")), f"--endpoints={etcd.url}", *words]
        subprocess.run(command, check=True, capture_output=True, env={"ETCDCTL_API": "3"})
    place = ["--etcd-endpoints", etcd.url]

    wrong = secretkit(file, "verify", *place, ETCDCTL_USER="root:geheim")
    debug = secretkit(file, "verify", *place, ETCDCTL_USER="root:geheim", ETCDCTL_DEBUG="true")
    right = secretkit(file, "verify", *place, ETCDCTL_USER="root:hunter2")
    elsewhere = secretkit(
        file, "verify", *place, "--etcd-prefix", "other", ETCDCTL_USER="root:hunter2"
    )
    etcd.stop()
    gone = secretkit(
        file, "verify", *place, ETCDCTL_COMMAND_TIMEOUT="1s", ETCDCTL_DIAL_TIMEOUT="1s"
    )

    assert (wrong.code, wrong.err) == (1, "")
    assert wrong.out.startswith("written today: secretbox:key-2\nnot seen:\n  etcd: Error: ")
    assert wrong.out.count("\n") == 5
    assert debug == wrong
    assert "geheim" not in wrong.out + debug.out
    assert right.out.endswith(f"{UNASKED}all that was asked for was seen, and is as declared\n")
    assert right.code == 0
    prefix = "etcd holds no namespaces below /other/: is that the prefix?\n"
    assert elsewhere.out.endswith(prefix + UNASKED)
    assert gone.out.splitlines()[1:2] == ["not seen:"]
    assert (gone.code, len(gone.out.splitlines()), gone.err) == (1, 5, "")
