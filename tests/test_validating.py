"""`validate` without `--env`: the base and every environment, and what `render` will ask for."""

from pathlib import Path

import pytest

from secretkit import pipeline
from secretkit.pipeline import Options
from secretkit.validating import validate

APP = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: prod}
spec:
  secrets:
    db: {existing: true}
    tls: {values: {tls.crt: {file: tls.crt}, mode: {literal: plain}}}
    plain: {values: {mode: {literal: plain}}}
  workloads:
    api: {kind: Deployment, files: {/etc/db: db}}
    named: {kind: Deployment, containers: [api], files: {/etc/db: db}}
  access:
    everywhere: {user: jane, secrets: [bd]}
"""
PATCHES = """\
  environments:
    prod: {spec: {access: {some: {user: jane, secrets: [one]}}}}
    staging: {spec: {access: {some: {user: jane, secrets: [one]}, more: {user: jane, secrets: [two]}}}}
"""
PLATFORM = """\
apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec: {policy: {SK330: "off"}}
"""
UNKNOWN = "error SK301 there is no secret `%s` in this file%s"
ASKED = [
    "info SK505 the values of `tls` are in the clear: `render` reads them with `--allow-plaintext` alone",
    "warning SK330 `api` cannot be written as a patch: only the workload itself can tell its containers",
]
EVERYWHERE = UNKNOWN % ("bd", ", did you mean `db`?")


def told(folder: Path, environment: str | None = None) -> list[str]:
    found = validate([folder], Options(environment=environment))
    return sorted(
        f"{one.severity} {one.finding.code} {one.finding.message}"
        for one in pipeline.spots(found.findings, folder)
    )


def test_each_environment_is_checked_and_named(tmp_path: Path) -> None:
    (tmp_path / "secrets.yaml").write_text(APP + PATCHES)

    places = [("two", "staging"), ("one", "prod"), ("one", "staging")]
    found = [UNKNOWN % (secret, f" (in `{name}`)") for secret, name in places]
    assert told(tmp_path) == sorted([EVERYWHERE, *found])


def test_one_environment_alone_is_not_named(tmp_path: Path) -> None:
    (tmp_path / "secrets.yaml").write_text(APP + PATCHES)

    assert told(tmp_path, "prod") == sorted([EVERYWHERE, UNKNOWN % ("one", "")])


@pytest.mark.parametrize("name", ["prod", "staging"])
def test_what_every_environment_has_comes_once(tmp_path: Path, name: str) -> None:
    moved = (
        "  environments: {staging: {metadata: {namespace: s}}, prod: {metadata: {namespace: p}}}\n"
    )
    (tmp_path / "secrets.yaml").write_text(APP + moved)

    assert told(tmp_path) == told(tmp_path, name) == [EVERYWHERE]


def test_what_render_will_ask_for_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "secrets.yaml").write_text(APP.replace("[bd]", "[db]"))

    assert told(tmp_path) == ASKED


def test_a_policy_silences_what_render_will_ask_for(tmp_path: Path) -> None:
    (tmp_path / "secrets.yaml").write_text(APP.replace("[bd]", "[db]"))
    (tmp_path / "platform.yaml").write_text(PLATFORM)

    assert told(tmp_path) == [ASKED[0]]
