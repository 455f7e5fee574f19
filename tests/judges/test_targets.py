"""Every example for every release of ESO that we have CRDs of: taken without drift, or an error.

What a release does not know is a finding at its line, never a silent drop and never an object that
the release's own CRD refuses. Where an example asks for something newer, what is left without it is
judged as well.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import crds
import pytest
import yaml

from examples import EXAMPLES, Body, Example, options, raw
from secretkit import pipeline
from secretkit.pipeline import Outcome
from secretkit.target import Target, version
from secretkit.text import Place

pytestmark = pytest.mark.skipif(
    not crds.FOLDER.is_dir(),
    reason="the upstream CRDs (folder shared/crds beside the checkout) are not here",
)

NEWEST = "2.9.0"
RELEASES = ("0.15.1", "0.17.0", "0.20.4", "1.3.2", "2.4.1", "2.8.0", NEWEST)
every_release = pytest.mark.parametrize("release", RELEASES)

# What the examples ask for that came after 0.15: place -> the first release that has it.
LATER = {
    "fetch": {
        "secrets.by-tag.refresh": "0.16",
        "secrets.whole.extract.3.rewrite.0.merge": "0.18.1",
        "secrets.together.keys.certificate.nullBytePolicy": "2.3",
    },
    "generate": {
        "secrets.two-passwords.generate.keys": "1.1.1",
        "secrets.deploy-key.generate.SSHKey": "0.19",
    },
    "generators": {
        "secrets.beyondtrust.generate.BeyondtrustWorkloadCredentialsDynamicSecret": "2.7",
        "secrets.cloudsmith.generate.CloudsmithAccessToken": "0.20",
        "secrets.gitlab.generate.GitlabDeployToken": "2.8",
        "secrets.mfa.generate.MFA": "0.18",
    },
    "policies": {"secrets.merged-or-made.creationPolicy": "2.8"},
    "stores-aws": {
        "stores.role-chain.aws.sessionTagsPolicy": "2.5",
        "stores.role-chain.aws.customSessionTags": "2.5",
        "stores.certificates.aws.service": "2.8",
    },
    "stores-azure": {
        "stores.own-cloud.azure.environmentType": "0.20",
        "stores.own-cloud.azure.useAzureSDK": "0.20",
        "stores.own-cloud.azure.customCloudConfig": "0.20",
    },
    "stores-gcp": {
        "stores.account.gcp.serviceAccount": "0.16",
        "stores.controller.gcp.secretVersionSelectionPolicy": "0.20.2",
        "stores.federation.gcp.auth.workloadIdentityFederation": "0.20",
        "stores.federation.gcp.auth.workloadIdentityFederation.gcpServiceAccountEmail": "2.5",
        "stores.federation-config.gcp.auth.workloadIdentityFederation": "0.20",
        "stores.federation-aws.gcp.auth.workloadIdentityFederation": "0.20",
    },
    "stores-provider": {"stores.openbao.provider.openBao": "2.7"},
    "stores-vault": {
        "stores.cert.vault.auth.cert.vaultRole": "2.3",
        "stores.gcp-identity.vault.auth.gcp": "1.1",
        "stores.gcp-key.vault.auth.gcp": "1.1",
    },
}

# Kinds that the examples emit and whose CRD is not in a release's folder: nobody judges those.
_GENERATORS = {
    "ACRAccessToken", "BeyondtrustWorkloadCredentialsDynamicSecret", "CloudsmithAccessToken",
    "ECRAuthorizationToken", "Fake", "GCRAccessToken", "GithubAccessToken", "GitlabDeployToken",
    "Grafana", "MFA", "QuayAccessToken", "SSHKey", "STSSessionToken", "UUID", "Webhook",
}  # fmt: skip
_LATEST = {"BeyondtrustWorkloadCredentialsDynamicSecret", "GitlabDeployToken"}
_OLD = _GENERATORS - _LATEST - {"CloudsmithAccessToken", "MFA", "SSHKey"}
UNJUDGED = {
    "0.15.1": {*_OLD, "PushSecret"},
    "0.17.0": {*_OLD, "PushSecret"},
    "0.20.4": _GENERATORS - _LATEST,
    "1.3.2": {*_GENERATORS - _LATEST, "PushSecret"},
    "2.4.1": {*_GENERATORS - _LATEST, "PushSecret"},
    "2.8.0": {*_GENERATORS, "PushSecret"},
    NEWEST: set(),
}


def folder(release: str) -> Path:
    return crds.FOLDER if release == NEWEST else crds.FOLDER / f"external-secrets-{release}"


def run_for(release: str, example: Example, path: Path) -> Outcome:
    target = Target(external_secrets=version(release))
    return pipeline.run((path,), options(example)._replace(target=target))


@cache
def run(example: Example, release: str) -> Outcome:
    return run_for(release, example, example.folder)


def refused(outcome: Outcome) -> list[str]:
    """Where the errors stand, below `spec`."""
    return [
        ".".join(map(str, found.place.path[1:]))
        for found in outcome.findings
        if found.severity == "error" and isinstance(found.place, Place)
    ]


def emitted(outcome: Outcome) -> Iterator[tuple[Body, bool]]:
    """Objects of ESO, each with whether it is a store that came as it stands."""
    for one in outcome.apps:
        verbatim = {
            (store.kind, store.name)
            for store in one.app.stores.values()
            if store.form == "provider"
        }
        for found in one.objects:
            if crds.group_of(found.body).endswith("external-secrets.io"):
                yield found.body, (found.kind, found.name) in verbatim


def judged(outcome: Outcome, release: str) -> list[tuple[str, str, Any]]:
    """What the release's CRDs say against the objects of kinds that its folder has a CRD of."""
    wrong: list[tuple[str, str, Any]] = []
    known = {kind for _, kind in crds.kinds(folder(release))}
    for body, is_verbatim in emitted(outcome):
        if body["kind"] not in known:
            continue
        said: Any = crds.problems(body, folder(release))
        if not said and not is_verbatim and crds.defaulted(body, folder(release)) != body:
            said = "drift"
        if said:
            wrong.append((body["kind"], body["metadata"]["name"], said))
    return wrong


def without(body: Body, places: list[str]) -> Body:
    """An input without the stores and secrets in which a place lies."""
    keys = {tuple(place.split(".")[:2]) for place in places}
    parts = {
        part: {key: item for key, item in entries.items() if (part, key) not in keys}
        for part, entries in body["spec"].items()
        if part in ("stores", "secrets")
    }
    return {**body, "spec": {**body["spec"], **parts}}


def what_is_left(example: Example, release: str, tmp_path: Path) -> Outcome:
    """The example less all that the release does not know, and less what reads from that."""
    (path,) = example.inputs
    body, file = raw(path), tmp_path / "secrets.yaml"
    outcome = run(example, release)
    while outcome.has_errors:
        smaller = without(body, refused(outcome))
        assert smaller != body
        body = smaller
        file.write_text(yaml.safe_dump(body), encoding="utf-8")
        outcome = run_for(release, example, file)
    return outcome


@every_release
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.id)
def test_a_release_takes_what_is_made_for_it(
    example: Example, release: str, tmp_path: Path
) -> None:
    outcome = run(example, release)
    if outcome.has_errors:
        outcome = what_is_left(example, release, tmp_path)

    assert judged(outcome, release) == []


@every_release
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.id)
def test_what_a_release_does_not_know_is_an_error_at_its_place(
    example: Example, release: str
) -> None:
    later = LATER.get(example.name, {})
    wanted = [place for place, first in later.items() if version(first) > version(release)]

    assert sorted(refused(run(example, release))) == sorted(wanted)


@every_release
def test_only_these_kinds_go_unjudged(release: str, tmp_path: Path) -> None:
    known = {kind for _, kind in crds.kinds(folder(release))}
    made = set()
    for example in EXAMPLES:
        outcome = run(example, release)
        if outcome.has_errors:
            outcome = what_is_left(example, release, tmp_path)
        made |= {body["kind"] for body, _ in emitted(outcome)}

    assert made - known == UNJUDGED[release]
