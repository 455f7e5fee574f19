"""From one file to the next: the flows of a rotation pass, and what would lose objects does not."""

import base64
import json
import random
from itertools import pairwise
from typing import Any

import pytest

from secretkit.encryption.configuration import read
from secretkit.encryption.configuration_model import Configuration, Reader
from secretkit.encryption.step import unsafe
from secretkit.finding import Finding
from secretkit.model.control_plane import Kind
from secretkit.text import Place, Source, Tree

IDENTITY: dict[str, Any] = {"identity": {}}
PLACE = Place(Tree({}, ()))


def secret(name: str, salt: str = "") -> str:
    return base64.b64encode(random.Random(name + salt).randbytes(32)).decode()


def box(*names: str, salt: str = "", provider: str = "secretbox") -> dict[str, Any]:
    return {provider: {"keys": [{"name": name, "secret": secret(name, salt)} for name in names]}}


def kms(name: str, version: str = "v2") -> dict[str, Any]:
    return {"kms": {"apiVersion": version, "name": name, "endpoint": "unix:///run/kms.sock"}}


def entry(resources: str, *providers: dict[str, Any]) -> dict[str, Any]:
    return {"resources": resources.split(), "providers": list(providers)}


def made(*entries: dict[str, Any]) -> Configuration:
    if not entries:
        return Configuration()
    body = {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration",
            "resources": entries}  # fmt: skip
    return read(Source("e.yaml", json.dumps(body))).configuration


def secrets(*providers: dict[str, Any]) -> Configuration:
    return made(entry("secrets", *providers))


FLOWS = {
    "rotate": [
        secrets(box("k1")), secrets(box("k1", "k2")), secrets(box("k2", "k1")), secrets(box("k2")),
    ],
    "rotate while plain objects are read": [
        secrets(box("k1"), IDENTITY), secrets(box("k1", "k2"), IDENTITY), secrets(box("k2", "k1"), IDENTITY),
        secrets(box("k2"), IDENTITY),
    ],
    "enable": [
        made(), secrets(IDENTITY, box("k1")), secrets(box("k1"), IDENTITY), secrets(box("k1")),
    ],
    "disable": [
        secrets(box("k1")), secrets(box("k1"), IDENTITY), secrets(IDENTITY, box("k1")), made(),
    ],
    "move": [
        secrets(box("k1")), secrets(box("k1"), kms("a")), secrets(kms("a"), box("k1")), secrets(kms("a")),
    ],
    "from one protocol to another": [
        secrets(kms("a", "v1")), secrets(kms("a", "v1"), kms("b")), secrets(kms("b"), kms("a", "v1")),
        secrets(kms("b")),
    ],
    "except from a wildcard": [
        made(entry("*.*", box("k1"), IDENTITY)),
        made(entry("events", IDENTITY, box("k1")), entry("*.*", box("k1"), IDENTITY)),
        made(entry("*.*", box("k1"), IDENTITY)),
    ],
    "add a resource the strict way": [
        made(entry("secrets", box("k1"))),
        made(entry("secrets", box("k1")), entry("configmaps", IDENTITY, box("k1"))),
        made(entry("secrets", box("k1")), entry("configmaps", box("k1"), IDENTITY)),
        made(entry("secrets configmaps", box("k1"))),
    ],
    "from a name to a wildcard": [
        made(entry("secrets", box("k1"), IDENTITY)), made(entry("*.", box("k1"), IDENTITY)),
    ],
}  # fmt: skip


@pytest.mark.parametrize("flow", FLOWS)
def test_every_step_of_a_flow_is_safe(flow: str) -> None:
    steps = FLOWS[flow]

    found = [unsafe(old, new) for old, new in pairwise(steps)]

    errors = [one for some in found for one in some if one.code.severity == "error"]
    assert errors == []


def told(old: Configuration, new: Configuration) -> list[tuple[str, str]]:
    found: list[Finding] = [one.at(PLACE, "") for one in unsafe(old, new)]
    return [(one.code, one.message) for one in found]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            secrets(box("k1")), secrets(box("k2", "k1")),
            [("SK495", "`secrets` would be written by the secretbox key `k2`, which the file that stands cannot "
              "read")], id="a new key writes at once"),
        pytest.param(
            secrets(box("k1")), secrets(box("k2")),
            [("SK496", "`secrets` could not be read any more: the secretbox key `k1` writes them, and it is no longer "
              "in the list")], id="one key for another"),
        pytest.param(
            secrets(box("k1", "k2")), secrets(box("k2")),
            [("SK496", "`secrets` could not be read any more: the secretbox key `k1` writes them, and it is no longer "
              "in the list")], id="the writer goes while another begins"),
        pytest.param(
            secrets(box("k1", "k2", "k3")), secrets(box("k2", "k1")),
            [("SK496", "`secrets` could not be read any more: the secretbox key `k3` would go in the step in which the "
              "secretbox key `k2` begins to write")], id="a key goes while another begins"),
        pytest.param(
            secrets(box("k1")), made(),
            [("SK496", "`secrets` could not be read any more: the secretbox key `k1` writes them, and none encrypts "
              "them")], id="no file any more"),
        pytest.param(
            made(entry("secrets configmaps", box("k1"), IDENTITY)), secrets(box("k1"), IDENTITY),
            [("SK496", "`configmaps` could not be read any more: the secretbox key `k1` writes them, and none encrypts "
              "them")], id="a resource less"),
        pytest.param(
            secrets(box("k1")), secrets(box("k1", salt="other")),
            [("SK497", "the secretbox key `k1` has other bytes than in the file that stands")],
            id="other bytes under one name"),
        pytest.param(
            secrets(box("k1")), made(entry("secrets configmaps", box("k1"))),
            [("SK496", "`configmaps` could not be read any more: identity writes them, and it is no longer in the "
              "list")], id="a resource more whose plain objects are not read"),
        pytest.param(
            secrets(box("k1")), made(entry("secrets configmaps", box("k1"), IDENTITY)),
            [("SK498", "`configmaps` would be encrypted at once")], id="a resource more"),
        pytest.param(
            secrets(box("k1"), IDENTITY), made(entry("*.*", box("k1"), IDENTITY)),
            [("SK498", "`*.*` would be encrypted at once")], id="from a name to everything"),
        pytest.param(
            made(entry("*.*", kms("a"), IDENTITY)), made(entry("events", IDENTITY), entry("*.*", kms("a"), IDENTITY)),
            [("SK496", "`events` could not be read any more: the KMS v2 plugin `a` writes them, and it is no longer in "
              "the list")], id="an exception that a plugin encrypts"),
        pytest.param(
            secrets(box("k1", "k2")), secrets(box("k1")),
            [("SK429", "the secretbox key `k2` could no longer read `secrets`")], id="a reader less"),
        pytest.param(
            secrets(box("k1"), IDENTITY, kms("a")), secrets(box("k1")),
            [("SK429", "identity and the KMS v2 plugin `a` could no longer read `secrets`")], id="two readers less"),
        pytest.param(
            made(entry("secrets configmaps", box("k1"), IDENTITY)),
            made(entry("secrets", box("k1"), IDENTITY), entry("configmaps", box("k1"))),
            [("SK429", "identity could no longer read `configmaps`")], id="a reader less of one resource"),
        pytest.param(
            secrets(IDENTITY, box("k1")), made(),
            [("SK429", "the secretbox key `k1` could no longer read `secrets`")], id="the end of disabling"),
        pytest.param(
            secrets(kms("a", "v1")), secrets(kms("a", "v1"), kms("b"), IDENTITY),
            [], id="a reader more"),
        pytest.param(
            secrets(box("k1")), secrets(box("k1", provider="aescbc"), box("k1")),
            [("SK495", "`secrets` would be written by the aescbc key `k1`, which the file that stands cannot read")],
            id="a key of one name in another provider"),
        pytest.param(
            made(entry("a b c d e", box("k1"))), made(entry("a b c d e", box("k2", "k1"))),
            [("SK495", "`a`, `b`, `c` and 2 more would be written by the secretbox key `k2`, which the file that stands "
              "cannot read")], id="many resources are one finding"),
    ],
)  # fmt: skip
def test_a_step_that_loses_objects_says_which_and_why(
    old: Configuration, new: Configuration, expected: list[tuple[str, str]]
) -> None:
    assert told(old, new) == expected


# The same asked of a small API server: it writes with the first, and reads with all.

KINDS = ("secrets", "configmaps", "events", "deployments.apps", "widgets.example.com")


def of(found: Configuration, kind: str) -> tuple[Reader, ...]:
    """By upstream's lookup, written once more: exact, `*.group`, `*.*`, else identity."""
    resource, _, group = kind.partition(".")
    for wanted in (kind, f"*.{group}", "*.*"):
        providers = [provider for entry in found.entries if wanted in entry.resources
                     for provider in entry.providers]  # fmt: skip
        if providers:
            return tuple(reader for provider in providers for reader in provider.readers)
    assert resource
    return (Reader("identity"),)


def stored(found: Configuration, kind: str) -> tuple[str, bytes]:
    writer = of(found, kind)[0]
    return writer.prefix, writer.secret.reveal() if writer.secret else b""


def can_read(found: Configuration, kind: str, what: tuple[str, bytes]) -> bool:
    return any(
        (reader.prefix, reader.secret.reveal() if reader.secret else b"") == what
        for reader in of(found, kind)
    )


def random_configuration(rng: random.Random) -> Configuration:
    entries = []
    names = ["secrets configmaps", "secrets", "*.", "*.*", "events", "*.apps", "deployments.apps"]
    rng.shuffle(names)
    seen: set[str] = set()
    for name in sorted(names[: rng.randint(1, 3)], key=lambda text: ("*" in text, "*.*" in text)):
        if seen & set(name.split()):
            continue
        seen |= set(name.split())
        providers = [box(*rng.sample(["k1", "k2", "k3"], rng.randint(1, 3)))]
        if rng.random() < 0.7:
            providers.append(IDENTITY)
        rng.shuffle(providers)
        entries.append(entry(name, *providers))
    return made(*entries)


def test_what_passes_stays_readable_on_every_server() -> None:
    rng = random.Random(2)
    passed = refused = 0

    for _ in range(6_000):
        old, new = random_configuration(rng), random_configuration(rng)
        reasons = unsafe(old, new)
        if any(one.code.severity == "error" for one in reasons):
            refused += 1
            continue
        passed += 1
        warned = {kind for one in reasons if one.code.code == "SK429" for kind in one.kinds}
        for kind in KINDS:
            assert can_read(new, kind, stored(old, kind)), (kind, old, new)
            # What only reads has written perhaps: it goes with a warning, or stays.
            if not warned & set(Kind.of(kind).above):
                assert {one.identity for one in of(old, kind)} <= {
                    one.identity for one in of(new, kind)
                }, (kind, old, new)
            is_new = all(old.readers(one) is None for one in Kind.of(kind).above)
            if not is_new:
                assert can_read(old, kind, stored(new, kind)), (kind, old, new)

    assert passed >= 200
    assert refused >= 1_000


def test_what_is_refused_would_lose_something_or_drop_while_it_changes() -> None:
    rng = random.Random(4)
    for _ in range(3_000):
        old, new = random_configuration(rng), random_configuration(rng)
        for reason in unsafe(old, new):
            if reason.code.code != "SK495":
                continue
            for kind in reason.kinds:
                name = str(kind) if kind != Kind("", "*") else "*."
                assert not can_read(old, name, stored(new, name))
