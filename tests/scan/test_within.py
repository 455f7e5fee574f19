"""Secrets below the root of a document, and patches that make values of Secrets."""

import pytest
from sealing import ciphertext
from test_places import found

BODY = "apiVersion: v1\nkind: Secret\nstringData: {k: orchid-17}\n"


def below(head: str, by: int) -> str:
    return head + "".join(" " * by + row for row in BODY.splitlines(keepends=True))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("kind: SecretList\napiVersion: v1\nitems:\n- data: {k: b3JjaGlkLTE3}\n", 4, id="SecretList"),
        pytest.param("- " + below("", 2).lstrip(), 3, id="a list at the root"),
        pytest.param("- hosts: a\n  tasks:\n  - k8s:\n      definition:\n" + below("", 8), 7, id="Ansible"),
        pytest.param("kind: Template\napiVersion: template.openshift.io/v1\nobjects:\n- " + below("", 2).lstrip(), 6,
                     id="a Template"),
        pytest.param("kind: Object\napiVersion: kubernetes.crossplane.io/v1\nspec:\n  forProvider:\n    manifest:\n"
                     + below("", 6), 8, id="Crossplane"),
        pytest.param("kind: ClusterPolicy\napiVersion: kyverno.io/v1\nspec:\n  rules:\n  - generate:\n      kind: Secret\n"
                     "      data:\n        data: {k: b3JjaGlkLTE3}\n        kind: Secret\n", 8, id="Kyverno"),
    ],
)  # fmt: skip
def test_a_secret_is_seen_below_the_root(text: str, line: int) -> None:
    assert found(text) == [("SK801", line, "sure")]


def test_a_secret_in_the_values_of_a_chart_is_one() -> None:
    assert found("extraDeploy:\n- " + below("", 2).lstrip(), "values.yaml") == [
        ("SK801", 4, "sure")
    ]


def test_ciphertext_is_safe_wherever_it_lies() -> None:
    sealed = ciphertext()
    text = f"a:\n- kind: SealedSecret\n  apiVersion: bitnami.com/v1alpha1\n  spec: {{encryptedData: {{password: {sealed}}}}}\nsealed: {{token: {sealed}}}\n"

    assert (found(text), found(text, "values.yaml")) == ([], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "- op: add\n  path: /stringData/k\n  value: orchid-17\n",
            [("SK801", 3, "sure")],
            id="stringData",
        ),
        pytest.param(
            "- op: add\n  path: /stringData\n  value: {k: orchid-17}\n",
            [("SK801", 3, "sure")],
            id="all of it",
        ),
        pytest.param(
            "- op: add\n  path: /data/k\n  value: b3JjaGlkLTE3\n",
            [("SK813", 3, "likely")],
            id="base64",
        ),
        pytest.param(
            "- op: add\n  path: /data/password\n  value: b3JjaGlkLTE3\n",
            [("SK813", 3, "sure")],
            id="a name",
        ),
        pytest.param(
            "- op: add\n  path: /data/LOG_LEVEL\n  value: debug\n", [], id="of a ConfigMap"
        ),
        pytest.param("- op: remove\n  path: /data/k\n", [], id="a removal"),
        pytest.param("- op: replace\n  path: /spec/replicas\n  value: 3\n", [], id="another field"),
    ],
)
def test_a_json_patch_in_a_file(text: str, expected: list[tuple[str, int, str]]) -> None:
    assert found(text, "patch.yaml") == expected


@pytest.mark.parametrize(
    ("kind", "expected"), [("Secret", [("SK801", 6, "sure")]), ("ConfigMap", [])]
)
def test_a_json_patch_in_a_kustomization(kind: str, expected: list[tuple[str, int, str]]) -> None:
    text = f"patches:\n- target: {{kind: {kind}}}\n  patch: |\n    - op: add\n      path: /data/k\n      value: b3JjaGlkLTE3\n"

    assert found(text, "kustomization.yaml") == expected
