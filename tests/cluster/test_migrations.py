"""Migrations as `rewrite` prints them, on servers of each release, with the flags that it names."""

import itertools
import urllib.error
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from .server import ApiServer, ControllerManager, Etcd, Start, StartFailed
from .stored import (
    ReadableEtcd,
    counts,
    have_succeeded,
    install_widgets,
    make_secrets,
    make_widget,
    migrations,
    platform_file,
    printed,
    seen,
    writing,
)  # fmt: skip

V1_34 = "kube-apiserver-1.34"
NEWEST = "kube-apiserver"


@pytest.fixture
def etcd(start: Start) -> Etcd:
    return start(ReadableEtcd())


@pytest.fixture
def declared(tmp_path: Path) -> Callable[..., Path]:
    """Writes a platform file in which `key-2` writes and `key-1` can be read."""
    return partial(platform_file, tmp_path)


@pytest.mark.parametrize(
    ("release", "program"),
    [
        pytest.param("1.31", V1_34, id="1.31"),
        pytest.param("1.34", V1_34, id="1.34"),
        pytest.param("1.35", NEWEST, id="1.35"),
        pytest.param("1.36", NEWEST, id="1.36"),
        pytest.param("1.37", NEWEST, id="1.37"),
    ],
)
def test_a_real_server_takes_the_migrations_and_names_each_anew(
    release: str, program: str, start: Start, declared: Callable[..., Path]
) -> None:
    made = printed(declared(["secrets", "deployments.apps", "applications.argoproj.io"], release))
    on = start(ApiServer(program=program, emulated_version=release, flags=made.server))

    for _ in range(2):
        on.kubectl("create", "--validate=strict", "-f", "-", input=made.objects)

    wanted = [one["spec"]["resource"] for one in migrations(on)]
    assert sorted((one.get("group", ""), one["resource"]) for one in wanted) == [
        ("", "secrets"), ("", "secrets"), ("apps", "deployments"), ("apps", "deployments"),
        ("argoproj.io", "applications"), ("argoproj.io", "applications"),
    ]  # fmt: skip
    names = {one["metadata"]["name"] for one in migrations(on)}
    assert len(names) == 6
    assert {name.rpartition("-")[0] for name in names} == {
        "applications.argoproj.io-key-2", "deployments.apps-key-2", "secrets-key-2",
    }  # fmt: skip


@pytest.fixture
def old(start: Start, declared: Callable[..., Path]) -> ApiServer:
    """A server of 1.34 with the flags that we name."""
    flags = printed(declared(release="1.34")).server
    return start(ApiServer(program=V1_34, flags=flags))


@pytest.mark.parametrize("release", ["1.36", "1.37"])
def test_1_34_refuses_the_migrations_of_a_newer_release(
    release: str, old: ApiServer, declared: Callable[..., Path]
) -> None:
    newer = printed(declared(release=release))

    refused = old.kubectl("create", "-f", "-", input=newer.objects, check=False)

    version = {"1.36": "v1beta1", "1.37": "v1"}[release]
    kind = f'"StorageVersionMigration" in version "storagemigration.k8s.io/{version}"'
    assert refused.returncode == 1
    assert f"no matches for kind {kind}" in refused.stderr
    assert migrations(old) == []


@pytest.mark.parametrize("release", ["1.34", "1.36"])
@pytest.mark.parametrize("lost", [0, 1])
def test_a_server_needs_each_flag_that_we_name(
    release: str, lost: int, start: Start, declared: Callable[..., Path]
) -> None:
    made = printed(declared(release=release))
    flags = [flag for at, flag in enumerate(made.server) if at != lost]
    program = V1_34 if release == "1.34" else NEWEST
    on = start(ApiServer(program=program, emulated_version=release, flags=flags))

    refused = on.kubectl("create", "-f", "-", input=made.objects, check=False)

    assert (len(flags), refused.returncode) == (1, 1)
    assert 'no matches for kind "StorageVersionMigration"' in refused.stderr


def test_the_controllers_of_1_34_need_each_gate_that_we_name(
    old: ApiServer, start: Start, declared: Callable[..., Path]
) -> None:
    (flag,) = printed(declared(release="1.34")).manager
    both = flag.removeprefix("--feature-gates=").split(",")

    for gate in both:
        with pytest.raises(StartFailed, match="skips the migrator"):
            ControllerManager(old, flags=[f"--feature-gates={gate}"]).__enter__()
    start(ControllerManager(old, flags=[flag]))

    assert both == ["StorageVersionMigrator=true", "InformerResourceVersion=true"]


class Unready(ApiServer):
    """A server that counts as started once nothing but its storage keeps it from being ready."""

    def _is_ready(self) -> bool:
        return self.awaits() == STORAGE

    def awaits(self) -> list[str]:
        """Those of its own checks that fail."""
        try:
            checks = self.fetch("/readyz?verbose").decode()
        except urllib.error.HTTPError as refused:
            checks = refused.read().decode()
        except OSError:
            return []
        return [line for line in checks.splitlines() if line.startswith("[-]")]


STORAGE = ["[-]poststarthook/storage-readiness failed: reason withheld"]
UNKNOWN = (
    'no kind "StorageVersionMigration" is registered for version "storagemigration.k8s.io/v1alpha1"'
)


def test_what_1_34_leaves_behind_stops_a_newer_server(
    etcd: Etcd, start: Start, declared: Callable[..., Path]
) -> None:
    made = printed(declared(release="1.34"))
    with pytest.raises(StartFailed, match="v1alpha1 that has not been registered"):
        ApiServer(etcd=etcd, emulated_version="1.35", flags=made.server).__enter__()
    on = start(ApiServer(etcd=etcd, program=V1_34, flags=made.server))
    on.kubectl("create", "-f", "-", input=made.objects)

    newer = start(Unready(etcd=etcd, emulated_version="1.37"))

    reads = newer.log().count(UNKNOWN)
    newer.process.wait_until(lambda: newer.log().count(UNKNOWN) > reads + 3)  # it goes on to try
    assert newer.awaits() == STORAGE
    newer.stop()
    on.kubectl("delete", "storageversionmigrations", "--all")
    start(ApiServer(etcd=etcd, emulated_version="1.37"))


class Case(NamedTuple):
    release: str
    program: str
    make: Mapping[str, Callable[[ApiServer, str], None]]  # resource -> makes one


def make_secret(on: ApiServer, name: str) -> None:
    make_secrets(on, "default", name)


def make_configmap(on: ApiServer, name: str) -> None:
    on.kubectl("create", "configmap", name)


@pytest.mark.parametrize(
    "case",
    [
        Case("1.34", V1_34, {"secrets": make_secret, "configmaps": make_configmap}),
        # Controllers of 1.37 ask for v1, which a server that plays an older release does not have.
        Case("1.37", NEWEST, {"secrets": make_secret, "widgets.example.com": make_widget}),
    ],
    ids=lambda case: case.release,
)
def test_migrations_that_succeed_leave_every_object_under_the_new_key(
    case: Case, etcd: Etcd, start: Start, declared: Callable[..., Path]
) -> None:
    resources = list(case.make)
    made = printed(declared(resources, case.release))
    settings: dict[str, Any] = {
        "resources": resources, "program": case.program, "emulated_version": case.release,
    }  # fmt: skip
    first = start(writing(etcd, "key-1", **settings))
    if "widgets.example.com" in resources:
        install_widgets(first)
    make_secrets(first, "default", *(f"a-{number}" for number in range(20)))
    make_secrets(first, "kube-system", "fixed", immutable=True)
    for make in case.make.values():
        make(first, "one")
    first.stop()
    on = start(writing(etcd, "key-2", "key-1", flags=made.server, **settings))
    file = declared(resources, case.release)
    assert {name: list(keys) for name, keys in counts(seen(file, etcd)).items()} == {
        name: ["key-1"] for name in resources
    }
    manager = start(ControllerManager(on, flags=made.manager))

    on.kubectl("create", "--validate=strict", "-f", "-", input=made.objects)

    moves = itertools.count()

    def succeeded() -> bool:
        # A migration waits until the controllers' cache of the resource is as new as its start, which
        # an etcd of 3.4 tells of a resource that nobody writes every ten minutes only.
        new = f"new-{next(moves)}"
        for make in case.make.values():
            make(on, new)
        return have_succeeded(on)

    manager.process.wait_until(succeeded, seconds=300)
    body = seen(file, etcd)
    stored = counts(body)
    assert body["holds"]
    assert {name: list(keys) for name, keys in stored.items()} == {
        name: ["key-2"] for name in resources
    }
    assert stored["secrets"] == {"key-2": 22 + next(moves)}
