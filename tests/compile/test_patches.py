"""Patches on generated objects: what they may change, and where a finding on one stands."""

from textwrap import indent

import pytest

from secretkit import pipeline
from secretkit.finding import Finding
from secretkit.load import load
from secretkit.load.positions import Positions
from secretkit.pipeline import Options
from secretkit.resolve import Context
from secretkit.resolve.app import resolve
from secretkit.target import Target, version
from secretkit.text import Source

HEAD = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: prod}
spec:
  stores:
    aws: {aws: {service: SecretsManager, region: us-east-1, serviceAccount: shop-eso}}
  secrets:
    db: {from: aws, keys: {password: db#password}}
    plain: {values: {mode: {literal: production}}}
  access:
    reader: {serviceAccount: shop, secrets: [db]}
  patches:
"""


def findings(patches: str, release: str = "2.9") -> list[tuple[str, int]]:
    source = Source("secrets.yaml", HEAD + indent(patches, "    "))
    positions = Positions()
    options = Options(target=Target(external_secrets=version(release)))
    return [(one.code, positions.span(one.place).line) for one in pipeline.judge(source, options)]


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        pytest.param("SecretStore/aws: {spec: {controller: main}}", [], id="a field we do not offer"),
        pytest.param("SecretStore/aws: {metadata: {annotations: {a: b}}}", [], id="an annotation"),
        pytest.param("SecretStore/other: {}", [("SK610", 13)], id="no such object"),
        pytest.param("SecretStore/aws: {kind: StatefulSet}", [("SK611", 13)], id="another kind"),
        pytest.param("SecretStore/aws:\n  metadata: x", [("SK611", 14)] * 4, id="metadata is a text"),
        pytest.param("SecretStore/aws:\n  metadata: {name: x}", [("SK611", 14)], id="another name"),
        pytest.param(
            "SecretStore/aws:\n  metadata:\n    labels: {app.kubernetes.io/name: x}",
            [("SK611", 15)], id="a label of ours",
        ),
        pytest.param("Role/reader:\n  rules: []", [("SK611", 14)], id="the rules of a Role"),
        pytest.param("RoleBinding/reader:\n  subjects: []", [("SK611", 14)], id="subjects"),
        pytest.param("RoleBinding/reader: {roleRef: {name: x}}", [("SK611", 13)], id="the roleRef"),
        pytest.param("Secret/plain:\n  data: {k: eA==}", [("SK611", 14)], id="a value in the clear"),
        pytest.param("SecretStore/aws:\n  spec: {x: 1}", [("SK612", 14)], id="an unknown field"),
        pytest.param("SecretStore/aws:\n  spec: 1", [("SK612", 14)], id="a wrong type"),
        pytest.param("SecretStore/aws: {spec: null}", [("SK612", 13)], id="a field that is needed"),
        pytest.param(
            "ExternalSecret/db:\n  spec: {target: {creationPolicy: owner}}", [("SK612", 14)],
            id="a value that the CRD does not know",
        ),
    ],
)  # fmt: skip
def test_a_patch_is_judged_where_it_stands(patch: str, expected: list[tuple[str, int]]) -> None:
    assert findings(patch) == expected


WINDOWS = """\
ExternalSecret/db:
  spec:
    syncWindows: {kind: deny, windows: [{schedule: "0 0 * * *", duration: 1h}]}
"""


@pytest.mark.parametrize(
    ("patch", "before", "first", "line"),
    [
        pytest.param(WINDOWS, "2.6", "2.7", 3, id="a field of a later release"),
        pytest.param(
            "ExternalSecret/db:\n  spec: {target: {creationPolicy: CreateOrMerge}}",
            "2.7", "2.8", 2, id="a value of a later release",
        ),
        pytest.param("SecretStore/aws:\n  spec: {refreshInterval: 1h}", "2.7", "2.8", 2,
                     id="a duration where seconds were all"),
        pytest.param("SecretStore/aws:\n  spec: {provider: {aws: {sessionTagsPolicy: Simple}}}",
                     "2.4", "2.5", 2, id="a field of the provider"),
        pytest.param("SecretStore/aws:\n  spec: {provider: {aws: null, openBao: {path: kv}}}",
                     "2.6", "2.7", 2, id="a provider of a later release"),
    ],
)  # fmt: skip
def test_a_patch_says_only_what_the_target_knows(
    patch: str, before: str, first: str, line: int
) -> None:
    assert findings(patch, before) == [("SK612", HEAD.count("\n") + line)]
    assert findings(patch, first) == []


def test_a_patch_is_a_merge_and_null_deletes() -> None:
    text = HEAD + (
        "    SecretStore/aws:\n"
        "      spec: {retrySettings: {maxRetries: 5}, provider: {aws: {sessionTagsPolicy: null}}}\n"
    )
    app = resolve(load(Source("secrets.yaml", text)), Context(), lambda _: ())
    found: list[Finding] = []
    objects = {one.kind: one.body for one in pipeline._objects(app, found)}

    assert found == []
    assert objects["SecretStore"]["spec"]["retrySettings"] == {"maxRetries": 5}
    assert "sessionTagsPolicy" not in objects["SecretStore"]["spec"]["provider"]["aws"]
