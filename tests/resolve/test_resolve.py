"""Trees to apps: environments, variables, references and what cannot be made."""

from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretkit.load import load
from secretkit.load.positions import Positions
from secretkit.merge import merged
from secretkit.model.app import App
from secretkit.model.secret import External
from secretkit.pipeline import Options, judge
from secretkit.resolve import Context
from secretkit.resolve.app import resolve
from secretkit.text import Source

HEAD = "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"


def app(text: str, environment: str | None = None) -> App:
    tree = load(Source("secrets.yaml", HEAD + dedent(text)))
    return resolve(tree, Context(environment=environment), lambda _: ())


def remotes(found: App, key: str) -> dict[str, Any]:
    origin = found.secrets[key].origin
    assert isinstance(origin, External)
    return {
        fetch.key or fetch.kind: dict(fetch.remote) for fetch in (*origin.fetches, *origin.keys)
    }


ENVIRONMENTS = """\
metadata: {name: shop, namespace: prod, labels: {team: core, tier: web}}
spec:
  secrets:
    db:
      from: vault
      keys: {user: "${app}/db#user", password: "${namespace}/db#password"}
    old: {existing: true}
  patches:
    ExternalSecret/db: {spec: {target: {immutable: null}}}
    Role/x: {metadata: {annotations: {a: b}}}
  environments:
    staging:
      metadata: {namespace: staging, labels: {tier: null}}
      spec:
        secrets:
          old: null
          db: {keys: {password: "${env}/db#password"}}
        patches:
          Role/x: null
          ExternalSecret/db: {spec: {refreshInterval: 5m}}
"""


def test_an_environment_is_a_merge_patch_and_null_deletes() -> None:
    found = app(ENVIRONMENTS, "staging")

    assert found.namespace == "staging"
    assert found.labels == {"team": "core"}
    assert list(found.secrets) == ["db"]
    assert remotes(found, "db") == {
        "password": {"key": "staging/db", "property": "password"},
        "user": {"key": "shop/db", "property": "user"},
    }


def test_a_null_inside_a_patch_stays_and_a_null_patch_is_dropped() -> None:
    found = app(ENVIRONMENTS, "staging")

    assert [(patch.kind, patch.name, patch.patch) for patch in found.patches] == [
        (
            "ExternalSecret",
            "db",
            {"spec": {"target": {"immutable": None}, "refreshInterval": "5m"}},
        )
    ]


def test_without_an_environment_the_base_is_meant() -> None:
    assert app(ENVIRONMENTS).namespace == "prod"


def test_a_value_of_an_environment_stands_where_the_environment_says_it() -> None:
    found = app(ENVIRONMENTS, "staging")
    origin = found.secrets["db"].origin
    assert isinstance(origin, External)
    lines = {fetch.key: Positions().span(fetch.at).line for fetch in origin.keys}

    assert lines == {"password": 19, "user": 8}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a/b", {"key": "a/b"}),
        ("a/b#c", {"key": "a/b", "property": "c"}),
        ("a#b#c", {"key": "a", "property": "b#c"}),
        ("${app}#${app}", {"key": "shop", "property": "shop"}),
        ("$${app}", {"key": "${app}"}),
        ("${1}", {"key": "${1}"}),
        ("x$y", {"key": "x$y"}),
    ],
)
def test_a_reference_is_cut_at_its_first_hash(written: str, expected: dict[str, str]) -> None:
    found = app(f"""\
        metadata: {{name: shop, namespace: prod}}
        spec: {{secrets: {{db: {{from: vault, keys: {{k: "{written}"}}}}}}}}
        """)

    assert remotes(found, "db") == {"k": expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("metadata: {name: shop}\n", [("SK021", 3)], id="no namespace"),
        pytest.param(
            "metadata: {name: shop, namespace: prod, labels: {a: '${env}', b: '${ap}'}}\n",
            [("SK030", 3), ("SK020", 3)],
            id="unknown variables",
        ),
        pytest.param(
            "metadata: {name: shop, namespace: prod}\nspec:\n  secrets:\n    db:\n"
            "      generate: {}\n      refresh: 9999999999h\n",
            [("SK023", 8)],
            id="a duration that Go cannot hold",
        ),
        pytest.param(
            "metadata: {name: shop, namespace: prod}\nspec:\n  secrets: {db: {existing: true}}\n"
            "  workloads:\n    api: {kind: Deployment, containers: [api],\n"
            "      files: {/etc/db: {secret: db, mode: '${app}'}}}\n",
            [("SK014", 8)],
            id="a form that a variable brings in",
        ),
        pytest.param(
            "metadata: {name: shop, namespace: prod}\nspec:\n  secrets: {db: {existing: true}}\n"
            "  workloads:\n    api: {kind: Deployment, containers: [api],\n"
            '      files: {/etc/db: {secret: db, mode: "\\x24{app}"}}}\n',
            [("SK014", 8)],
            id="a variable whose sign is written as an escape",
        ),
    ],
)
def test_what_cannot_be_made_is_a_finding(text: str, expected: list[tuple[str, int]]) -> None:
    positions = Positions()
    found = judge(Source("secrets.yaml", HEAD + text), Options())

    assert [(one.code, positions.span(one.place).line) for one in found] == expected


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner, max_size=2)
    ),
    max_leaves=12,
)


def rfc7386(target: Any, patch: Any) -> Any:
    """The pseudo code of RFC 7386 section 2, word for word."""
    if isinstance(patch, dict):
        if not isinstance(target, dict):
            target = {}
        target = dict(target)
        for name, value in patch.items():
            if value is None:
                target.pop(name, None)
            else:
                target[name] = rfc7386(target.get(name), value)
        return target
    return patch


@given(JSON, JSON)
def test_a_merge_is_that_of_rfc_7386(base: Any, patch: Any) -> None:
    assert merged(base, patch) == rfc7386(base, patch)


@given(JSON, JSON)
def test_a_merge_changes_neither_argument_and_a_second_one_nothing(base: Any, patch: Any) -> None:
    import copy

    before = copy.deepcopy((base, patch))
    once = merged(base, patch)

    assert merged(once, patch) == once
    assert (base, patch) == before


@pytest.mark.parametrize(
    ("patch", "secrets", "patches"),
    [
        pytest.param("{metadata: null}", ["db", "old"], 2, id="null for metadata deletes nothing that is needed"),
        pytest.param("{spec: null}", [], 0, id="null for the spec deletes all of it"),
        pytest.param("{spec: {patches: null}}", ["db", "old"], 0, id="null for patches deletes them"),
    ],
)  # fmt: skip
def test_a_null_for_a_whole_section(patch: str, secrets: list[str], patches: int) -> None:
    text = ENVIRONMENTS.partition("    staging:")[0] + f"    staging: {patch}\n"
    found = app(text, "staging")

    assert list(found.secrets) == secrets
    assert len(found.patches) == patches


def test_marks_of_hosts_stay_behind_and_what_only_resembles_them_passes() -> None:
    found = app("""
        metadata:
          name: shop
          namespace: prod
          annotations:
            argocd.argoproj.io/sync-wave: "1"
            internal.config.kubernetes.io/path: secrets.yaml
            kubectl.kubernetes.io/last-applied-configuration: "{}"
            meta.helm.sh/release-name: shop
            my-argocd.argoproj.io.example.com/x: a
            kubectl-team.example.com/x: b
            argocd: c
        """)

    assert found.annotations == {
        "argocd": "c",
        "kubectl-team.example.com/x": "b",
        "my-argocd.argoproj.io.example.com/x": "a",
    }
