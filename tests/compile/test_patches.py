"""Patches on generated objects: what they may change, and where a finding on one stands."""

from textwrap import indent

import pytest
from sealing import ciphertext

from examples import EXAMPLES, Example, options
from secretkit import absorbed, pipeline
from secretkit.compile import compile_app
from secretkit.finding import Finding
from secretkit.load import load
from secretkit.load.positions import Positions
from secretkit.model.app import Patch
from secretkit.pipeline import Options
from secretkit.resolve import Context
from secretkit.resolve.app import resolve
from secretkit.single import objects
from secretkit.target import Target, version
from secretkit.text import Source

HEAD = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: prod}
spec:
  stores:
    aws: {aws: {service: SecretsManager, region: us-east-1, serviceAccount: {name: shop-eso, identity: "arn:aws:iam::111122223333:role/shop"}}}
    pushed: {aws: {service: SecretsManager, region: us-east-1, serviceAccount: {name: shop-eso, identity: "arn:aws:iam::111122223333:role/shop"}}}
  secrets:
    db: {from: aws, keys: {password: db#password}}
    plain: {values: {mode: {literal: production}}}
    pw: {generate: {length: 32}, push: {pushed: {password: shop/pw}}}
    sealed: {sealed: {a: CIPHERTEXT}}
  access:
    reader: {serviceAccount: shop, secrets: [db]}
  patches:
"""

HEAD = HEAD.replace("CIPHERTEXT", ciphertext(5))


def findings(patches: str, release: str = "2.9", head: str = HEAD) -> list[tuple[str, int]]:
    source = Source("secrets.yaml", head + indent(patches, "    "))
    positions = Positions()
    options = Options(target=Target(external_secrets=version(release)))
    return [(one.code, positions.span(one.place).line) for one in pipeline.judge(source, options)]


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        pytest.param("SecretStore/aws: {spec: {controller: main}}", [], id="a field we do not offer"),
        pytest.param("SecretStore/aws: {metadata: {annotations: {a: b}}}", [], id="an annotation"),
        pytest.param("SecretStore/other: {}", [("SK610", 16)], id="no such object"),
        pytest.param("SecretStore/aws: {kind: StatefulSet}", [("SK611", 16)], id="another kind"),
        pytest.param("SecretStore/aws:\n  metadata: x", [("SK611", 17)], id="metadata is a text"),
        pytest.param("SecretStore/aws:\n  metadata: {name: x}", [("SK611", 17)], id="another name"),
        pytest.param(
            "SecretStore/aws:\n  metadata:\n    labels: {app.kubernetes.io/name: x}",
            [("SK611", 18)], id="a label of ours",
        ),
        pytest.param("Role/reader:\n  rules: []", [("SK611", 17)], id="the rules of a Role"),
        pytest.param("RoleBinding/reader:\n  subjects: []", [("SK611", 17)], id="subjects"),
        pytest.param("RoleBinding/reader: {roleRef: {name: x}}", [("SK611", 16)], id="the roleRef"),
        pytest.param("Secret/plain:\n  data: {k: eA==}", [("SK611", 17)], id="a value in the clear"),
        pytest.param("SecretStore/aws:\n  spec: {x: 1}", [("SK612", 17)], id="an unknown field"),
        pytest.param("SecretStore/aws:\n  spec: 1", [("SK612", 17)], id="a wrong type"),
        pytest.param("SecretStore/aws: {spec: null}", [("SK612", 16)], id="a field that is needed"),
        pytest.param(
            "ExternalSecret/db:\n  spec: {target: {creationPolicy: owner}}", [("SK612", 17)],
            id="a value that the CRD does not know",
        ),
    ],
)  # fmt: skip
def test_a_patch_is_judged_where_it_stands(patch: str, expected: list[tuple[str, int]]) -> None:
    assert findings(patch) == expected


BROKEN = [
    ("ExternalSecret/db", "{spec: {refreshInterval: 1d}}", "SK612"),
    ("ExternalSecret/db", "{spec: {target: {deletionPolicy: Delete, creationPolicy: Merge}}}", "SK214"),
    ("ExternalSecret/db", "{spec: {secretStoreRef: {name: other}}}", "SK201"),
    ("ExternalSecret/db", "{spec: {target: {name: other}}}", "SK611"),
    ("ExternalSecret/db", "{spec: {target: {template: {type: kubernetes.io/tls}}}}", "SK224"),
    ("ExternalSecret/db", "{spec: {target: {template: {data: {a: '{{ .nobody }}'}}}}}", "SK219"),
    ("ExternalSecret/db", "{spec: {target: {template: {data: {a: '{{ nofunc .x }}'}}}}}", "SK220"),
    ("ExternalSecret/db", "{spec: {target: {template: {data: {'a b': x}}}}}", "SK518"),
    ("ExternalSecret/db", "{spec: {dataFrom: [{extract: {key: a}, find: {path: b}}]}}", "SK612"),
    ("ExternalSecret/db", "{spec: {dataFrom: [{}]}}", "SK612"),
    ("ExternalSecret/db", "{spec: {data: null}}", "SK612"),
    ("ExternalSecret/db", "{spec: {dataFrom: [{find: {name: {regexp: '['}}}]}}", "SK228"),
    ("ExternalSecret/db", "{metadata: {labels: {'a b': c}}}", "SK102"),
    ("ExternalSecret/db", "{metadata: {labels: {a: 'b c'}}}", "SK103"),
    ("ExternalSecret/db", "{metadata: {annotations: {argocd.argoproj.io/tracking-id: x}}}", "SK104"),
    ("ExternalSecret/db", "{metadata: {ownerReferences: [{name: x}]}}", "SK612"),
    ("SecretStore/aws", "{spec: {provider: {aws: {auth: {jwt: {serviceAccountRef: {namespace: x}}}}}}}", "SK236"),
    ("SecretStore/aws", "{spec: {provider: {aws: null, nobody: {}}}}", "SK612"),
    ("SecretStore/aws", "{spec: {provider: {aws: null, github: {appID: 1, installationID: 2, organization: o, auth: {privateKey: {name: a, key: b}}}}}}", "SK239"),
    ("Password/pw", "{spec: {length: 8, digits: 9}}", "SK246"),
    ("PushSecret/pw", "{spec: {refreshInterval: never}}", "SK612"),
    ("PushSecret/pw", "{spec: {selector: {secret: {name: other}}}}", "SK611"),
    ("PushSecret/pw", "{spec: {secretStoreRefs: [{name: other, kind: SecretStore}]}}", "SK201"),
    ("PushSecret/pw", "{spec: {data: [{match: {secretKey: x, remoteRef: {remoteKey: key}}}]}}", "SK244"),
    ("SealedSecret/sealed", "{spec: {encryptedData: {a: b}}}", "SK520"),
    ("SealedSecret/sealed", "{spec: {template: {metadata: {labels: {team: true}}}}}", "SK612"),
    ("ExternalSecret/db", "{spec: {secretStoreRef: {name: aws, kind: ClusterSecretStore}}}", "SK201"),
    ("ExternalSecret/db", "{spec: {target: {manifest: {apiVersion: v1, kind: ConfigMap}}}}", "SK611"),
    ("ExternalSecret/db", "{spec: {dataFrom: [{find: {}}]}}", "SK612"),
    ("SealedSecret/sealed", "{spec: {template: {metadata: {name: other}}}}", "SK611"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "patch", "code"), BROKEN)
def test_a_patched_object_is_judged_like_one_of_the_file(name: str, patch: str, code: str) -> None:
    found = findings(f"{name}:\n  {patch}")

    assert (code, HEAD.count("\n") + 2) in found
    assert {line for _, line in found} == {HEAD.count("\n") + 2}


MORE = [
    "ExternalSecret/db: {spec: {refreshInterval: 5m}}",
    "ExternalSecret/db: {spec: {dataFrom: [{extract: {key: more}}]}}",
    "ExternalSecret/db: {spec: {target: {template: {data: {url: 'x{{ .password }}'}}}}}",
    "ExternalSecret/db: {metadata: {labels: {example.com/team: core}}}",
    "SecretStore/aws: {spec: {provider: {aws: {role: 'arn:aws:iam::111122223333:role/x'}}}}",
    "Password/pw: {spec: {length: 40}}",
    "ExternalSecret/db: {spec: {dataFrom: [{find: {name: {}}}]}}",
    "ExternalSecret/db: {spec: {target: {template: {mergePolicy: Merge, templateFrom: [{literal: 'a: b'}]}}}}",
    "PushSecret/pw: {spec: {updatePolicy: IfNotExists}}",
    "ServiceAccount/shop-eso: {imagePullSecrets: [{name: registry}]}",
]


@pytest.mark.parametrize("patch", MORE)
def test_a_patch_that_fits_is_no_finding(patch: str) -> None:
    assert findings(patch) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found.id)
def test_an_object_read_back_is_the_model_that_it_came_from(example: Example) -> None:
    """What is generated, read as if patched with nothing, breaks no rule and compiles to itself."""
    for one in pipeline.run((example.folder,), options(example)).apps:
        app = one.app._replace(patches=())
        made = [found for found in compile_app(app) if not found.patch]
        nothing = Patch("", "", {}, app.at)

        judged = absorbed.judge(app, [(nothing, found, found) for found in made])
        assert (judged.findings, judged.gone) == ([], frozenset())
        for found in made:
            if found.kind not in ("Audit", "EncryptionConfiguration", "Policy"):
                again = compile_app(absorbed.absorbed(app, found))
                assert found.body in [other.body for other in again if other.id == found.id]


TOGETHER = """\
Password/g: {spec: {secretKeys: [b]}}
ExternalSecret/g: {spec: {target: {template: {data: {x: "{{ .b }}"}}}}}
"""
GENERATED = "    g: {generate: {keys: [a]}, template: {x: '{{ .a }}'}}\n"


def test_patches_that_need_each_other_are_judged_together() -> None:
    head = HEAD.replace("  access:\n", GENERATED + "  access:\n")

    assert findings(TOGETHER, head=head) == []
    first, second, _ = TOGETHER.split("\n")
    lines = [findings(patch, head=head) for patch in (first, second)]
    assert [code for found in lines for code, _ in found] == ["SK219", "SK219"]


WORKLOAD = """\
  workloads:
    api: {kind: Deployment, containers: [api], env: {ZZ: db#zz}, envFrom: [db]}
"""


def test_workloads_go_by_what_patches_make() -> None:
    head = HEAD.replace("  patches:\n", WORKLOAD + "  patches:\n")
    keys = "[{secretKey: zz, remoteRef: {key: z}}, {secretKey: b, remoteRef: {key: b}}]"
    text = head + f"    ExternalSecret/db: {{spec: {{data: {keys}}}}}\n"
    app = resolve(load(Source("secrets.yaml", text)), Context(), lambda _: ())
    _, made = objects(app, [])
    (patch,) = [one.body for one in made if one.patch]
    (container,) = patch["spec"]["template"]["spec"]["containers"]

    assert "SK302" not in {
        code for code, _ in findings(f"ExternalSecret/db: {{spec: {{data: {keys}}}}}", head=head)
    }
    assert [one["name"] for one in container["env"]] == ["ZZ", "b", "zz"]


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
        pytest.param("SecretStore/aws:\n  spec: {provider: {aws: null, openBao: {server: 'https://bao.example.com', path: kv}}}",
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
    made = {(one.kind, one.name): one.body for one in objects(app, found)[1]}
    spec = made["SecretStore", "aws"]["spec"]

    assert found == []
    assert spec["retrySettings"] == {"maxRetries": 5}
    assert "sessionTagsPolicy" not in spec["provider"]["aws"]
