"""Policy files of others: each fault at its line. Which there are, upstream decides in tests/cluster."""

import pytest

from secretkit.check.audit_policy import load_policy
from secretkit.finding import Rejected
from secretkit.load.positions import Positions
from secretkit.model.audit_policy import Policy, Resources, Rule
from secretkit.text import Source

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"


def found(text: str) -> list[tuple[str, int, str]]:
    with pytest.raises(Rejected) as caught:
        load_policy(Source("policy.yaml", text))
    positions = Positions()
    return [
        (one.code, positions.span(one.place).line, one.message) for one in caught.value.findings
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("rules: [{level: None}]\nrule: []\n", ("SK440", 4, "`rule` is no field of a Policy, did you mean `rules`?"), id="a field of the file"),
        pytest.param("rules:\n- level: None\n  Users: [a]\n", ("SK440", 5, "`Users` is no field of a rule, did you mean `users`?"), id="a field in capitals"),
        pytest.param("rules:\n- level: None\n  resources:\n  - {resource: [a]}\n", ("SK440", 6, "`resource` is no field of an entry of `resources`, did you mean `resources`?"), id="a field of an entry"),
        pytest.param("metadata: {uid: a}\nrules: [{level: None}]\n", ("SK440", 3, "`uid` is no field of the metadata of a file"), id="what only an object has"),
        pytest.param("rules:\n- level: None\n  users: [1]\n", ("SK441", 5, "`users` is a number, not a string"), id="a number"),
        pytest.param("rules:\n- level: None\n  namespaces: [on]\n", ("SK441", 5, "`namespaces` is a boolean, not a string"), id="a boolean of YAML 1.1"),
        pytest.param("rules: {}\n", ("SK441", 3, "`rules` is an object, not a list"), id="no list"),
        pytest.param("rules: []\n", ("SK443", 3, "the Policy has no rules"), id="no rules"),
        pytest.param("", ("SK443", 1, "the Policy has no rules"), id="nothing at all"),
        pytest.param("rules:\n- level: metadata\n", ("SK444", 4, "there is no level `metadata`, did you mean `Metadata`?"), id="a level"),
        pytest.param("rules:\n- users: [a]\n", ("SK444", 4, "the rule has no `level`"), id="no level"),
        pytest.param("rules:\n- level: None\n  omitStages: [Received]\n", ("SK445", 5, "there is no stage `Received`, did you mean `RequestReceived`?"), id="a stage"),
        pytest.param("rules:\n- level: None\n  resources: [{group: apps/v1}]\n", ("SK446", 5, "`apps/v1` is no API group"), id="a group with its version"),
        pytest.param("rules:\n- level: None\n  resources: [{resourceNames: [a]}]\n", ("SK447", 5, "`resourceNames` without `resources`"), id="names alone"),
        pytest.param("rules:\n- level: None\n  nonResourceURLs: [/a]\n  namespaces: [a]\n", ("SK448", 5, "the rule has `nonResourceURLs` and `namespaces`"), id="both kinds"),
        pytest.param("rules:\n- level: None\n  nonResourceURLs: [a]\n", ("SK449", 5, "`a` is no path"), id="a path"),
        pytest.param("rules:\n- level: None\n  nonResourceURLs: ['/*/a']\n", ("SK449", 5, "`/*/a` is no path"), id="a wildcard"),
        pytest.param("rules: [{level: None}]\n---\na: b\n", ("SK450", 5, "what stands in this document is not read"), id="a second document"),
        pytest.param("rules:\n- level: None\n  resources:\n  -\n", ("SK452", 6, "an item of `resources` is empty"), id="an empty item"),
    ],
)  # fmt: skip
def test_a_fault_stands_at_its_line(text: str, expected: tuple[str, int, str]) -> None:
    assert found(HEAD + text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("apiVersion: audit.k8s.io/v1beta1\nkind: Policy\n", ("SK442", 1, "this is `audit.k8s.io/v1beta1` `Policy`, not kind Policy of audit.k8s.io/v1"), id="an old version"),
        pytest.param("apiVersion: v1\nkind: List\nitems: []\n", ("SK442", 1, "this is `v1` `List`, not kind Policy of audit.k8s.io/v1"), id="a list"),
        pytest.param("apiVersion: audit.k8s.io/v1\nrules: [{level: None}]\n", ("SK453", 1, "`apiVersion` and `kind` say `audit.k8s.io/v1`, not Policy of audit.k8s.io/v1"), id="no kind"),
        pytest.param("- a\n", ("SK441", 1, "`the file` is a list, not an object"), id="a list of YAML"),
        pytest.param(
            "", ("SK442", 1, "this is an empty file, not kind Policy of audit.k8s.io/v1"), id="empty"
        ),
        pytest.param(
            "# none\n", ("SK442", 1, "this is an empty file, not kind Policy of audit.k8s.io/v1"),
            id="a comment alone",
        ),
        pytest.param("---\n---\na: b\n", ("SK450", 2, "the first document is empty"), id="an empty first document"),
        pytest.param("{kind: Policy}\n", ("SK451", 1, "the file begins with `{`, and it is not JSON"), id="flow style"),
        pytest.param("a: [\n", ("SK001", 1, "this is not YAML: something is missing or misplaced before this"), id="no YAML"),
    ],
)  # fmt: skip
def test_what_is_no_policy_at_all_is_one_finding(text: str, expected: tuple[str, int, str]) -> None:
    assert found(text) == [expected]


def test_all_findings_come_at_once() -> None:
    text = f"{HEAD}omitStages: [a]\nrules:\n- level: a\n- level: None\n  user: [a]\n"

    assert [code for code, _, _ in found(text)] == ["SK445", "SK444", "SK440"]


def test_null_is_what_is_not_there() -> None:
    text = f"{HEAD}metadata:\nomitStages:\nrules:\n- level: None\n  users:\n  verbs: []\n  resources: [{{group: }}]\n"

    assert load_policy(Source("a", text)).policy == Policy(
        (Rule("None", resources=(Resources("", (), ()),)),)
    )
