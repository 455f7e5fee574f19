"""Every example for every release of ESO that we have CRDs of: taken without drift, or an error.

What a release does not know is a finding at its line, never a silent drop and never an object that
the release's own CRD refuses.
"""

from dataclasses import replace
from functools import cache
from typing import Any

import crds
import pytest

from examples import EXAMPLES, Example, options
from secretkit import pipeline
from secretkit.pipeline import Outcome
from secretkit.target import Target, version

pytestmark = pytest.mark.skipif(
    not crds.FOLDER.is_dir(),
    reason="the upstream CRDs (folder shared/crds beside the checkout) are not here",
)

RELEASES = ("0.15.1", "0.17.0", "0.20.4", "1.3.2", "2.4.1", "2.8.0")
GATES = {"SK019", "SK216", "SK238"}  # a field, a policy, a provider that is newer


@cache
def run(example: Example, release: str) -> Outcome:
    target = Target(external_secrets=version(release))
    return pipeline.run((example.folder,), replace(options(example), target=target))


def errors(outcome: Outcome) -> set[str]:
    return {found.code for found in outcome.findings if found.severity == "error"}


def judged(outcome: Outcome, release: str) -> list[dict[str, Any]]:
    """Objects of kinds that the release's folder has a CRD of."""
    folder = crds.FOLDER / f"external-secrets-{release}"
    known = {kind for _, kind in (key for key in names(folder))}
    return [
        found.body
        for one in outcome.apps
        for found in one.objects
        if crds.is_custom(found.body) and found.kind in known
    ]


@cache
def names(folder: Any) -> tuple[tuple[str, str], ...]:
    return tuple(crds.kinds(folder))


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.id)
def test_a_release_takes_what_is_made_for_it(example: Example, release: str) -> None:
    outcome = run(example, release)
    if errors(outcome):
        assert errors(outcome) <= GATES
        return
    folder = crds.FOLDER / f"external-secrets-{release}"
    verbatim = {
        (store.kind, store.name)
        for one in outcome.apps
        for store in one.app.stores.values()
        if store.form == "provider"
    }
    for body in judged(outcome, release):
        assert crds.problems(body, folder) == []
        if (body["kind"], body["metadata"]["name"]) not in verbatim:
            assert crds.defaulted(body, folder) == body
