"""Rules on consumers, beyond the example that each rule carries."""

import pytest

from secretkit import pipeline
from secretkit.load.positions import Positions
from secretkit.text import Source

HEAD = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: prod}
spec:
  stores:
    vault: {vault: {server: "https://vault.example.com", path: secret, role: shop, serviceAccount: shop-vault}}
  secrets:
    db: {from: vault, keys: {password: "db#password", 9lives: "db#nine"}}
    one: {from: vault, keys: {TOKEN: "one#token"}}
    two: {from: vault, keys: {TOKEN: "two#token"}}
    loose: {from: vault, extract: loose}
    keyed: {from: vault, extract: keyed, expect: [a], template: {b: "{{ .a }}"}, keep: true}
    fixed: {generate: {length: 9}, immutable: true}
    pull: {from: vault, keys: {.dockerconfigjson: "pull#config"}, type: kubernetes.io/dockerconfigjson}
    opaque: {from: vault, keys: {config: "pull#config"}}
    merged: {from: vault, keys: {config: "pull#config"}, creationPolicy: Merge}
    other: {existing: true}
"""
WORKLOADS = HEAD + "  workloads:\n"
ACCESS = HEAD + "  access:\n"


def findings(text: str) -> list[tuple[str, str]]:
    """Codes and the text that each finding's mark stands under."""
    source = Source("secrets.yaml", text)
    positions = Positions()
    found = []
    for one in pipeline.judge(source, pipeline.Options()):
        span = positions.span(one.place)
        row = text.split("\n")[span.line - 1]
        found.append((one.code, row[span.column - 1 : span.end_column - 1]))
    return sorted(set(found))


def entry(*lines: str, name: str = "api", kind: str = "Deployment", more: str = "") -> str:
    """An entry for the Deployment `api`, whatever it is called itself."""
    rows = [
        f"    {name}:",
        f"      kind: {kind}",
        "      name: api",
        *(f"      {line}" for line in lines),
    ]
    return "\n".join(rows) + f"\n{more}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(entry("files: {/a: bd}"), [("SK301", "bd")], id="an unknown secret in a mount"),
        pytest.param(
            entry("files: {/a: {mode: \"0440\", secret: bd}}"), [("SK301", "bd")], id="in an object"
        ),
        pytest.param(
            entry("env: {A: bd#x}", "envFrom: [ot, {secret: ow}]", "imagePullSecrets: [pulled]"),
            [("SK301", "bd#x"), ("SK301", "ot"), ("SK301", "ow"), ("SK301", "pulled"), ("SK310", "bd#x")],
            id="in every other use",
        ),
        pytest.param(
            entry("env: {A: db#passwd, B: {secret: db, key: password}}"),
            [("SK302", "db#passwd"), ("SK310", "db#passwd")],
            id="an unknown key in a variable",
        ),
        pytest.param(
            entry("files: {/a: {secret: db, key: nope}}"),
            [("SK302", "nope"), ("SK320", "nope")],
            id="an unknown key in a file",
        ),
        pytest.param(
            entry("files: {/a: {secret: keyed, items: {a: a, b: b}}, /b: {secret: loose, items: {x: x}}}"),
            [],
            id="keys that are expected, made or not told",
        ),
        pytest.param(
            entry("envFrom: [{secret: db, prefix: A_}]"), [("SK310", "{secret: db, prefix: A_}")],
            id="a prefix makes a variable of a key",
        ),
        pytest.param(
            entry("envFrom: [{secret: one, prefix: 1-}]"),
            [("SK310", "{secret: one, prefix: 1-}"), ("SK311", "{secret: one, prefix: 1-}")],
            id="a prefix that no variable has",
        ),
        pytest.param(
            entry("envFrom: [loose]", "onRotation: reload"),
            [("SK310", "loose"), ("SK312", "reload")],
            id="reload of envFrom",
        ),
        pytest.param(
            entry("envFrom: [one, two]", "env: {TOKEN: two#TOKEN}"),
            [("SK310", "two#TOKEN")],
            id="env says which of two is meant",
        ),
        pytest.param(
            entry("envFrom: [one]") + entry("envFrom: [two]", name="b"),
            [("SK310", "one"), ("SK310", "two"), ("SK313", "two")],
            id="envFrom of two entries",
        ),
        pytest.param(
            entry("containers: [a]", "envFrom: [one]") + entry("containers: [b]", "envFrom: [two]", name="b"),
            [("SK310", "one"), ("SK310", "two")],
            id="two variables of two containers",
        ),
        pytest.param(
            entry("containers: [a]", "initContainers: [i]", "files: {/a: one}")
            + entry("containers: [b]", "initContainers: [i]", "files: {/a: two}", name="b"),
            [("SK326", "/a")],
            id="two mounts of one init container",
        ),
        pytest.param(
            entry("envFrom: [loose]", "imagePullSecrets: [pull]", "containers: [a]")
            + entry("envFrom: [loose]", "imagePullSecrets: [pull]", name="b"),
            [("SK310", "loose"), ("SK336", "loose"), ("SK336", "pull")],
            id="given twice",
        ),
        pytest.param(
            entry("files: {/a: {secret: other, key: x}}", "onRotation: reload"),
            [("SK321", "x")],
            id="a single file is not both advice and error",
        ),
        pytest.param(
            entry("files: {/a: other}", "onRotation: reload", kind="Job"), [("SK322", "reload")], id="a Job"
        ),
        pytest.param(
            entry("files: {/a: other}", "onRotation: none", kind="Pod"), [], id="a Pod that does nothing"
        ),
        pytest.param(
            entry("files: {/a: fixed, /b: other}", "onRotation: restart"), [],
            id="one of two secrets can change",
        ),
        pytest.param(
            entry("files: {/a: {secret: other, items: {x: {path: x, mode: \"0755\"}}}}"),
            [("SK325", '"0755"')],
            id="the mode of an item",
        ),
        pytest.param(entry("files: {/a: {secret: other, mode: \"0600\"}}"), [], id="its owner may write"),
        pytest.param(
            entry("files: {/a: other, /ab: db, /a-b: one}"), [], id="paths that only begin alike"
        ),
        pytest.param(
            entry("containers: [a]", "files: {/a: other}")
            + entry("containers: [b]", "files: {/a/b: db}", name="b"),
            [],
            id="one inside another of another container",
        ),
        *(
            pytest.param(entry(f"files: {{{path}: other}}"), [("SK328", path)], id=path)
            for path in (
                "/", "/a/", "//a", "/a/./b", "/a/..", "/proc", "/proc/self", "/dev",
                "/var/run/secrets/kubernetes.io/serviceaccount",
            )
        ),
        *(
            pytest.param(entry(f"files: {{{path}: other}}"), [("SK350", path)], id=path)
            for path in ("/etc", "/usr/bin", "/var", "/run/secrets", "/var/run/secrets/kubernetes.io")
        ),
        *(
            pytest.param(entry(f"files: {{{path}: other}}"), [], id=path)
            for path in ("/process", "/dev/shm/a", "/a..b", "/run/secrets/shop", "/.a", "/etc/ssl/shop", "/var/runner")
        ),
        *(
            pytest.param(
                entry(f'files: {{/a: {{secret: other, items: {{x: "{path}"}}}}}}'),
                [("SK329", f'"{path}"')],
                id=f"item {path or 'empty'}",
            )
            for path in ("/a", "", "..", "..a", "a/../b", "a//b", "a/", "./a")
        ),
        *(
            pytest.param(
                entry(f'files: {{/a: {{secret: other, items: {{x: "{path}"}}}}}}'), [], id=f"item {path}"
            )
            for path in ("a/b", ".a", "a..")
        ),
        pytest.param(
            entry("files: {/a: {secret: other, items: {x: a, z: a/b}}}"), [("SK331", "a/b")],
            id="an item that is a file and a folder",
        ),
        pytest.param(
            entry("imagePullSecrets: [opaque, merged, other, pull]"), [("SK332", "opaque")],
            id="pull secrets of all types",
        ),
        pytest.param(entry("onRotation: restart"), [("SK333", "api")], id="nothing, restarted"),
        pytest.param(
            entry("containers: [x]", "files: {/a: other}")
            + entry("initContainers: [x]", "containers: [z]", "files: {/b: other}", name="b"),
            [("SK334", "x")],
            id="a container of both kinds in two entries",
        ),
    ],
)  # fmt: skip
def test_a_workload_is_judged(text: str, expected: list[tuple[str, str]]) -> None:
    assert findings(WORKLOADS + text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{serviceAccount: a, secrets: [db, bd]}", [("SK301", "bd")]),
        ('{serviceAccount: a, secrets: "*"}', []),
        ("{user: jane, namespace: ops, secrets: [db]}", [("SK305", "namespace")]),
        ('{group: "system:unauthenticated", secrets: [db]}', [("SK306", '"system:unauthenticated"')]),
        ('{group: "system:serviceaccounts", secrets: [db]}', [("SK306", '"system:serviceaccounts"')]),
        ('{user: "system:anonymous", secrets: [db]}', [("SK306", '"system:anonymous"')]),
        ('{user: "system:authenticated", secrets: [db]}', []),
        ('{user: "system:serviceaccount:x:default", secrets: [db]}', [("SK307", '"system:serviceaccount:x:default"')]),
        ('{user: "system:serviceaccount:x:shop", secrets: [db]}', []),
        ('{user: default, secrets: [db]}', []),
        ("{serviceAccount: default, namespace: ops, secrets: [db]}", [("SK307", "default")]),
        ('{user: "system:masters", secrets: [db]}', []),
        (
            "{serviceAccount: a, secrets: [db], verbs: [get, list, deletecollection, delete]}",
            [("SK303", "deletecollection"), ("SK304", "list")],
        ),
    ],
)  # fmt: skip
def test_access_is_judged(text: str, expected: list[tuple[str, str]]) -> None:
    assert findings(ACCESS + f"    reader: {text}\n") == expected
