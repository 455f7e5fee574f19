"""Every object of Kubernetes' own kinds under its OpenAPI, unknown fields forbidden."""

from copy import deepcopy
from typing import Any

import crds
import kubernetes_validate  # type: ignore[import-untyped]
import overlays
import pytest

from examples import EXAMPLES, OVERLAID, Example, bodies, identity, request, stream
from secretkit import rendering
from secretkit.target import Target, version

NEWEST = version(kubernetes_validate.latest_version())
OLDEST = (1, 28, 0)
RELEASES = [f"1.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]

every_release = pytest.mark.parametrize("release", RELEASES)


def problem(body: dict[str, Any], release: str) -> str | None:
    try:
        kubernetes_validate.validate(deepcopy(body), release, strict=True)
    except kubernetes_validate.ValidationError as error:
        return str(error.message)
    return None


def refused(found: list[dict[str, Any]], release: str) -> dict[Any, str]:
    said = {identity(body): problem(body, release) for body in found}
    return {name: text for name, text in said.items() if text is not None}


@every_release
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.id)
def test_kubernetes_takes_every_object(example: Example, release: str) -> None:
    ours = [body for body in bodies(example) if not crds.is_custom(body)]

    assert refused(ours, release) == {}


@every_release
@pytest.mark.parametrize("example", OVERLAID, ids=lambda found: found.id)
def test_kubernetes_takes_every_patched_workload(example: Example, release: str) -> None:
    assert refused(overlays.workloads(example), release) == {}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.id)
def test_the_release_of_kubernetes_changes_no_object(example: Example) -> None:
    options = request(example).options
    made = {
        rendering.render(
            request(example, only="api", options=options._replace(target=Target(kubernetes=at)))
        ).text
        for at in (OLDEST, NEWEST)
    }

    assert made == {stream(example)}


def test_the_judge_refuses_a_field_that_kubernetes_does_not_know() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "date": {}}

    assert [problem(secret, release) is None for release in RELEASES] == [False] * len(RELEASES)
