"""What would change, as text: unified diffs, what a change costs, and never a value."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretkit import differing
from secretkit.differing import DOTS, marks, summary, unified
from secretkit.emit import yaml
from secretkit.objects import File
from secretkit.ownership import Scope, folder
from secretkit.ownership.content import parsed
from secretkit.ownership.plan import Plan

CANARY = "Kanarienvogel"
ALL = Scope(None, lambda _: True)


BIRD = "Kanarienvogel-1"


def planned(out: Path, files: dict[str, str], mode: int = 0o644) -> Plan:
    wanted = [
        folder.wanted(File(name, text.encode(), mode), "a", "a.yaml")
        for name, text in files.items()
    ]
    return folder.planned(out, {"a": wanted}, ALL, out)


def put(out: Path, files: dict[str, str], mode: int = 0o644) -> None:
    """Has the files rendered into a folder."""
    for step in folder.steps(planned(out, files, mode)):
        folder.do(out, step)


def diff(out: Path, before: dict[str, str], after: dict[str, str], *, colour: bool = False) -> str:
    put(out, before)
    return "".join(unified(out, planned(out, after), colour=colour))


def edited(out: Path, text: str) -> str:
    """The diff where somebody edited what is `a: 1`."""
    put(out, {"a/x": "a: 1\n"})
    (out / "a" / "x").write_text(text)
    return "".join(unified(out, planned(out, {"a/x": "a: 1\n"})))


def obj(kind: str, rest: str = "", api: str = "v1") -> str:
    return f"apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: x\n{rest}"


def test_a_diff_is_what_diff_and_patch_speak(tmp_path: Path) -> None:
    before = {"a/change.yaml": "a: 1\nb: 1\n", "a/gone.yaml": "a: 1\n", "a/same.yaml": "a: 1\n"}
    after = {"a/change.yaml": "a: 1\nb: 2\n", "a/new.yaml": "a: 1\n", "a/same.yaml": "a: 1\n"}

    assert diff(tmp_path, before, after) == (
        "--- a/a/change.yaml\n+++ b/a/change.yaml\n@@ -1,2 +1,2 @@\n a: 1\n-b: 1\n+b: 2\n"
        "--- a/a/gone.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-a: 1\n"
        "--- /dev/null\n+++ b/a/new.yaml\n@@ -0,0 +1 @@\n+a: 1\n"
    )


def test_an_edited_file_may_end_without_a_line_end(tmp_path: Path) -> None:
    assert edited(tmp_path, "a: 2") == (
        "--- a/a/x\n+++ b/a/x\n@@ -1 +1 @@\n-a: 2\n\\ No newline at end of file\n+a: 1\n"
    )


def test_colours_are_those_of_git(tmp_path: Path) -> None:
    assert diff(tmp_path, {"a/x": "a: 1\n"}, {"a/x": "a: 2\n"}, colour=True) == (
        "\x1b[1m--- a/a/x\x1b[0m\n\x1b[1m+++ b/a/x\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n"
        "\x1b[31m-a: 1\x1b[0m\n\x1b[32m+a: 2\x1b[0m\n"
    )


def test_an_edited_file_cannot_drive_the_terminal(tmp_path: Path) -> None:
    shown = edited(tmp_path, 'a: "\u0085\u2028\u200f\u202e"\n')

    assert "+a: 1\n" in shown
    assert [one for one in shown if not one.isprintable() and one != "\n"] == []


# Values.


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(obj("Secret", f"data:\n  k: {CANARY}\n"), id="data"),
        pytest.param(obj("Secret", f"stringData: {{k: {CANARY}}}\n"), id="stringData"),
        pytest.param(f"a: 1\n---\n{obj('Secret', f'data: {{k: {CANARY}}}')}", id="a document"),
        pytest.param(
            f"apiVersion: v1\nkind: List\nitems: [{{kind: Secret, data: {{k: {CANARY}}}}}]\n",
            id="a list",
        ),
    ],
)
def test_of_a_file_with_a_secret_only_the_path_is_shown(tmp_path: Path, text: str) -> None:
    other = text.replace(CANARY, f"{CANARY}2")
    words = "it holds values, which are not shown"

    assert (
        "".join(unified(tmp_path, planned(tmp_path, {"a/s": text}))) == f"# a/s: added; {words}\n"
    )
    assert diff(tmp_path, {"a/s": text}, {"a/s": other}) == f"# a/s: changed; {words}\n"
    assert "".join(unified(tmp_path, planned(tmp_path, {}))) == f"# a/s: removed; {words}\n"


def test_what_holds_values_by_its_mode_is_never_shown(tmp_path: Path) -> None:
    before, after = f"a: {CANARY}1\n", f"a: {CANARY}2\n"  # as an overlaid template may have it
    put(tmp_path, {"a/s": before}, 0o600)

    assert "".join(unified(tmp_path, planned(tmp_path, {"a/s": after}, 0o600))) == (
        "# a/s: changed; it holds values, which are not shown\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"a: [{CANARY}", id="no YAML"),
        pytest.param(f"a: &a {CANARY}\nb: *a\n", id="aliases"),
        pytest.param("[" * 9999 + CANARY, id="deep"),
        pytest.param(f"\ufeffa: {CANARY}\n", id="a byte order mark"),
        pytest.param(f"a: 2001-99-99\nb: {CANARY}\n", id="a date that is none"),
        pytest.param(f"a: !!python/object:os.system {CANARY}\n", id="a tag"),
        pytest.param(f"? [{CANARY}]\n: x\n", id="a key that is none"),
        pytest.param("a: 1\n" * 1_000_000 + CANARY, id="large"),
    ],
)
def test_an_edited_file_that_cannot_be_read_safely_is_not_shown(tmp_path: Path, text: str) -> None:
    assert edited(tmp_path, text) == (
        "# a/x: changed; what is there is no plain YAML, so it is not shown\n"
    )


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: x
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: Kanarienvogel
spec:
  template:
    spec:
      containers:
      - name: Kanarienvogel-shown
        args: [Kanarienvogel]
        command:
        - Kanarienvogel
        - |
          Kanarienvogel
          Kanarienvogel
        - >-
          Kanarienvogel

        env:
        - name: A
          value: 'Kanarienvogel
            Kanarienvogel'
        - {name: B, value: "\u00e4 Kanarienvogel"}
        - name: C
          valueFrom: {secretKeyRef: {name: shown, key: shown}}
"""


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (
            "spec:\n  data:\n    url: a\n",
            "spec:\n  template:\n    data:\n      password: hunter2\n",
            False,
        ),
        ("a: 1\n", "spec:\n  headers:\n    Authorization: Bearer hunter2\n", False),
        ("a: 1\n", "url: postgres://u:hunter2@{{ .host }}/x\n", False),
        ("a: 1\n", "items:\n- --password=hunter2\n", False),
        ("a: 1\n", "remoteRef:\n  key: hunter2\n  property: password\n", True),
        ("a: 1\n", "data:\n- secretKey: hunter2\n", True),
        ("a: 1\n", "template:\n  data:\n    password: '{{ .hunter2 }}'\n", True),
    ],
)
def test_what_looks_like_a_secret_is_dots_and_references_are_not(
    tmp_path: Path, old: str, new: str, shown: bool
) -> None:
    assert ("hunter2" in diff(tmp_path, {"a/x": old}, {"a/x": new})) == shown


@pytest.mark.parametrize(
    ("path", "value", "is_shown"),
    [
        pytest.param("/spec/provider/fake/password", BIRD, False, id="by its name"),
        pytest.param("/spec/provider/fake/data/key", "Kanarienvogel", False, id="below data"),
        pytest.param("/stringData/key", "Kanarienvogel", False, id="below stringData"),
        pytest.param("/data", "{key: Kanarienvogel}", False, id="all data"),
        pytest.param("/spec/containers", "[{name: a, args: [Kanarienvogel]}]", False, id="inside"),
        pytest.param(
            "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration",
            "Kanarienvogel", False, id="as it was applied",
        ),
        pytest.param("/metadata/namespace", "Kanarienvogel", True, id="a name"),
        pytest.param("/spec/target/template/data/key", "Kanarienvogel", True, id="a template"),
        pytest.param("/spec/data", "[{secretKey: Kanarienvogel}]", True, id="references"),
    ],
)  # fmt: skip
def test_a_patch_hides_what_the_object_would(
    tmp_path: Path, path: str, value: str, is_shown: bool
) -> None:
    shown = diff(tmp_path, {}, {"a/x": f"- op: add\n  path: {path}\n  value: {value}\n"})

    assert (CANARY in shown) == is_shown
    assert f"path: {path}" in shown


def test_null_is_shown(tmp_path: Path) -> None:
    text = "env:\n- name: A\n  value: null\n  b: 1\n"

    assert "value: null" in diff(tmp_path, {"a/x": text}, {"a/x": text.replace("1", "2")})


def test_values_of_an_environment_are_dots(tmp_path: Path) -> None:
    assert diff(tmp_path, {}, {"a/x": DEPLOYMENT}) == """\
--- /dev/null
+++ b/a/x
@@ -0,0 +1,22 @@
+apiVersion: apps/v1
+kind: Deployment
+metadata:
+  name: x
+  annotations:
+    kubectl.kubernetes.io/last-applied-configuration: ........
+spec:
+  template:
+    spec:
+      containers:
+      - name: Kanarienvogel-shown
+        args: [........]
+        command:
+        - ........
+        - ........
+        - ........
+        env:
+        - name: A
+          value: ........
+        - {name: B, value: ........}
+        - name: C
+          valueFrom: {secretKeyRef: {name: shown, key: shown}}
"""  # fmt: skip


def test_a_change_that_is_not_shown_is_told(tmp_path: Path) -> None:
    before = "kind: X\nkeys:\n- name: k\n  secret: Kanarienvogel\n"
    after = before.replace(CANARY, "<base64-encoded-32-byte-key>")

    assert diff(tmp_path, {"a/x": before}, {"a/x": after}) == (
        "# a/x: changed, in what is not shown since it may be a value\n"
    )


def test_references_and_templates_are_shown(tmp_path: Path) -> None:
    text = obj(
        "ExternalSecret",
        "spec:\n  data:\n  - secretKey: k\n    remoteRef:\n      key: prod/db\n"
        "  target:\n    template:\n      data:\n        url: postgres://{{ .user }}\n",
    )

    assert DOTS not in diff(tmp_path, {}, {"a/x": text})


def test_a_chart_is_read_as_helm_would_write_it(tmp_path: Path) -> None:
    line = '    url: "{{ "{{" }} .user }}"\n'
    text = obj("ExternalSecret", f"spec:\n  template:\n{line}")
    changed = text.replace("user", "name")

    assert diff(tmp_path, {"a/templates/x": text}, {"a/templates/x": changed}).splitlines()[-2:] == [
        f"-{line}".rstrip(), f"+{line}".rstrip().replace("user", "name")
    ]  # fmt: skip


_scalars = st.one_of(
    st.just(CANARY), st.builds(f"{{}}{CANARY}{{}}".format, st.text(), st.text()), st.text()
)
_args = st.lists(_scalars, min_size=1, max_size=3)


@given(_args, _args)
def test_no_value_that_is_written_is_ever_shown(
    tmp_path_factory: pytest.TempPathFactory, args: list[str], env: list[str]
) -> None:
    container = {"args": args, "env": [{"name": "A", "value": one} for one in env]}
    body = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [container]}}

    assert CANARY not in diff(tmp_path_factory.mktemp("out"), {}, {"a/x": yaml.document(body)})


# What a change costs.

GENERATED = "spec: {{dataFrom: [{{sourceRef: {{generatorRef: {{name: x}}}}}}], refresh: {}}}\n"
MINTS = "this change makes new credentials"
RESTARTS = "this change restarts the pods"


@pytest.mark.parametrize(
    ("kind", "before", "after", "expected"),
    [
        pytest.param("generators.external-secrets.io/v1alpha1 Password", "spec: {length: 1}\n",
            "spec: {length: 2}\n", [differing._NEXT], id="a generator"),
        pytest.param("external-secrets.io/v1 ExternalSecret", GENERATED.format("1h"),
            GENERATED.format("2h"), [MINTS], id="what a generator feeds"),
        pytest.param("external-secrets.io/v1 ExternalSecret", "spec: {a: 1}\n", "spec: {a: 2}\n", [],
            id="what a store feeds"),
        pytest.param("apps/v1 Deployment", "spec: {template: {a: 1}}\n", "spec: {template: {a: 2}}\n",
            [RESTARTS], id="a pod template"),
        pytest.param("argoproj.io/v1alpha1 Rollout", "spec: {template: {a: 1}}\n",
            "spec: {template: {a: 2}}\n", [RESTARTS], id="a Rollout's pod template"),
        pytest.param("apps/v1 Deployment", "spec: {replicas: 1}\n", "spec: {replicas: 2}\n", [],
            id="a Deployment beside its template"),
        pytest.param("batch/v1 CronJob", "spec: {jobTemplate: {a: 1}}\n",
            "spec: {jobTemplate: {a: 2}}\n", [], id="a CronJob, whose next pod is new anyway"),
        pytest.param("batch/v1 Job", "spec: {template: {a: 1}}\n", "spec: {template: {a: 2}}\n",
            ["`spec.template` cannot change: delete the Job, so that it is made again"], id="a Job"),
        pytest.param("v1 Pod", "spec: {a: 1}\n", "spec: {a: 2}\n",
            ["`spec` cannot change: delete the Pod, so that it is made again"], id="a Pod"),
        pytest.param("rbac.authorization.k8s.io/v1 RoleBinding", "roleRef: {name: a}\n",
            "roleRef: {name: b}\n",
            ["`roleRef` cannot change: delete the RoleBinding, so that it is made again"], id="roleRef"),
        pytest.param("rbac.authorization.k8s.io/v1 RoleBinding", "subjects: [a]\n", "subjects: [b]\n",
            [], id="subjects"),
        pytest.param("v1 Secret", "type: Opaque\n", "type: kubernetes.io/tls\n",
            ["`type` cannot change: delete the Secret, so that it is made again"], id="a type"),
        pytest.param("v1 Secret", "a: 1\n", "type: Opaque\n", [], id="the type that is the default"),
        pytest.param("v1 Secret", "immutable: true\ndata: {a: b}\n", "immutable: true\ndata: {a: c}\n",
            ["the Secret is immutable: delete it, so that it is made again"], id="immutable"),
        pytest.param("v1 Secret", "data: {a: b}\n", "immutable: true\ndata: {a: b}\n", [],
            id="immutable from now on"),
        pytest.param("external-secrets.io/v1 ExternalSecret", "spec: {target: {template: {}}}\n",
            "spec: {target: {template: {type: kubernetes.io/tls}}}\n",
            ["`type` cannot change: delete the Secret that this ExternalSecret makes, so that it is made"
             " again"], id="the type of what an ExternalSecret makes"),
        pytest.param("bitnami.com/v1alpha1 SealedSecret",
            "spec: {encryptedData: {a: b}, template: {immutable: true}}\n",
            "spec: {encryptedData: {a: c}, template: {immutable: true}}\n",
            ["the Secret that this SealedSecret makes is immutable: delete it, so that it is made again"],
            id="what a SealedSecret makes"),
        pytest.param("v1 ServiceAccount", "a: 1\n", "a: 2\n", [], id="anything else"),
    ],
)  # fmt: skip
def test_a_diff_marks_what_a_change_costs(
    kind: str, before: str, after: str, expected: list[str]
) -> None:
    api, name = kind.split()
    old, new = (parsed(obj(name, rest, api).encode(), "a/x") for rest in (before, after))

    assert old
    assert new
    assert list(marks(old, new)) == expected
    assert list(marks(old, old)) == []


def test_a_mark_stands_above_its_diff_and_shows_no_value(tmp_path: Path) -> None:
    before = obj("Secret", f"type: Opaque\ndata: {{k: {CANARY}}}\n")
    after = before.replace("Opaque", "kubernetes.io/tls")

    assert diff(tmp_path, {"a/s": before}, {"a/s": after}) == (
        "# a/s: `type` cannot change: delete the Secret, so that it is made again\n"
        "# a/s: changed; it holds values, which are not shown\n"
    )


def test_a_summary_has_a_line_for_each_file(tmp_path: Path) -> None:
    put(tmp_path, {"a/change": "1", "a/edit": "1", "a/gone": "1"})
    (tmp_path / "a" / "edit").write_text("2")

    assert summary(Path("out"), planned(tmp_path, {"a/change": "2", "a/new": "1"})) == [
        "changed: out/a/.secretkit", "changed: out/a/change", "edited, and no longer made: out/a/edit",
        "removed: out/a/gone", "added: out/a/new",
    ]  # fmt: skip
