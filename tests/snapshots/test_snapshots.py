"""Snapshots of every example, one readable file for what a person reviews together."""

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.data import Snapshot, SnapshotCollection
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex

from examples import (
    EXAMPLES,
    ROOT,
    TARGET,
    Example,
    bodies,
    control_plane,
    documents,
    raw,
    request,
    stream,
    without_values,
    write,
)
from secretkit import rendering
from secretkit.target import Target, version

SNAPSHOTS = ROOT / "snapshots"


class OneFile(SingleFileSnapshotExtension):
    """A snapshot is the file `snapshots/NAME.yaml`, NAME as the test says it."""

    _write_mode = WriteMode.TEXT
    file_extension = "yaml"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:  # noqa: ARG003
        return str(SNAPSHOTS)

    @classmethod
    def get_snapshot_name(
        cls,
        *,
        test_location: PyTestLocation,  # noqa: ARG003
        index: SnapshotIndex = 0,
    ) -> str:
        return str(index)

    def read_snapshot_collection(self, *, snapshot_location: str) -> SnapshotCollection:
        name = Path(snapshot_location).relative_to(SNAPSHOTS).with_suffix("").as_posix()
        collection = SnapshotCollection(location=snapshot_location)
        collection.add(Snapshot(name=name))
        return collection


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(OneFile)


def name(example: Example, what: str) -> str:
    return f"{example.id}@{TARGET}/{what}"


def has_control_plane(example: Example) -> bool:
    """Whether the example says anything of the API server: the plain policy is always the same."""
    specs = [raw(path)["spec"] for path in example.inputs]
    return any("audit" in spec or "encryption" in spec for spec in specs)


def patches(example: Example, folder: Path) -> str:
    """The files of the example's Component, each under its path."""
    found = write(example, folder).items()
    return "".join(f"# {path}\n{text}" for path, text in found if "/patches/" in path)


WITH_MANIFESTS = [example for example in EXAMPLES if stream(example)]


@pytest.mark.parametrize("example", WITH_MANIFESTS, ids=lambda found: found.id)
def test_manifests_are_as_reviewed(example: Example, snapshot: SnapshotAssertion) -> None:
    text = without_values(stream(example), bodies(example))

    assert text == snapshot(name=name(example, "manifests"))


WITH_PATCHES = [
    example
    for example in EXAMPLES
    if not example.workloads and any("workloads" in raw(path)["spec"] for path in example.inputs)
]


@pytest.mark.parametrize("example", WITH_PATCHES, ids=lambda found: found.id)
def test_patches_are_as_reviewed(
    example: Example, snapshot: SnapshotAssertion, tmp_path: Path
) -> None:
    assert patches(example, tmp_path / "out") == snapshot(name=name(example, "patches"))


WITH_CONTROL_PLANE = [example for example in EXAMPLES if has_control_plane(example)]


@pytest.mark.parametrize("example", WITH_CONTROL_PLANE, ids=lambda found: found.id)
def test_control_plane_files_are_as_reviewed(example: Example, snapshot: SnapshotAssertion) -> None:
    assert control_plane(example) == snapshot(name=name(example, "control-plane"))


WIRED = [example for example in EXAMPLES if example.id.startswith("provider-")]


def wiring(example: Example, folder: Path) -> str:
    """What stands beside the control-plane files, or in their place, each under its name."""
    write(example, folder)
    found = sorted((folder / "control-plane").iterdir())
    own = ("audit-policy.yaml", "encryption-configuration.yaml")
    texts = {path.name: path.read_text("utf-8") for path in found if path.name not in own}
    return "".join(f"### {name}\n{text}" for name, text in texts.items())


@pytest.mark.parametrize("example", WIRED, ids=lambda found: found.id)
def test_wiring_is_as_reviewed(
    example: Example, snapshot: SnapshotAssertion, tmp_path: Path
) -> None:
    assert wiring(example, tmp_path / "out") == snapshot(name=name(example, "wiring"))


# Examples that show what an older release of ESO gets -> the first release that takes all of it.
GOLDEN = {
    "dynamic-database": "0.15",
    "eso-aws": "0.15",
    "eso-vault": "0.15",
    "fetch": "2.4",
    "generate": "1.3",
    "payments": "0.15",
    "stores-aws": "2.8",
    "stores-azure": "0.20",
    "stores-cluster": "0.15",
    "stores-gcp": "2.8",
    "stores-kubernetes": "0.15",
    "stores-vault": "2.4",
}
RELEASES = ("0.15", "0.17", "0.20", "1.3", "2.4", "2.8")
OLDER = [
    pytest.param(example, release, id=f"{example.id}@eso-{release}")
    for example in EXAMPLES
    for release in RELEASES
    if example.id in GOLDEN and version(GOLDEN[example.id]) <= version(release)
]


def test_no_snapshot_is_left_of_what_is_gone() -> None:
    wanted = {
        *(name(example, "manifests") for example in WITH_MANIFESTS),
        *(name(example, "patches") for example in WITH_PATCHES),
        *(name(example, "control-plane") for example in WITH_CONTROL_PLANE),
        *(name(example, "wiring") for example in WIRED),
        *(f"{case.id}/manifests" for case in OLDER),
    }
    found = {
        path.relative_to(SNAPSHOTS).with_suffix("").as_posix() for path in SNAPSHOTS.rglob("*.yaml")
    }

    assert found == wanted


@pytest.mark.parametrize(("example", "release"), OLDER)
def test_manifests_for_an_older_release_are_as_reviewed(
    example: Example, release: str, snapshot: SnapshotAssertion
) -> None:
    asked = request(example, only="api")
    target = Target(external_secrets=version(release))
    result = rendering.render(asked._replace(options=asked.options._replace(target=target)))

    text = without_values(result.text, documents(result.text))
    assert text
    assert text == snapshot(name=f"{example.id}@eso-{release}/manifests")
