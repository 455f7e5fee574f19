"""A workload receives its secrets, and keeps all that it has."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretkit.compile.inject import Injected, NoPods, inject
from secretkit.compile.injection import API_VERSIONS, RELOADER, Injection, injection, pod_path
from secretkit.load import load
from secretkit.resolve import Context
from secretkit.resolve.app import resolve
from secretkit.text import Source

Body = dict[str, Any]

SECRETS = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: prod}
spec:
  secrets:
    db: {existing: true}
    cert: {existing: true, type: kubernetes.io/tls}
    both: {from: vault, keys: {ours: db#ours}, creationPolicy: Merge}
    settings: {values: {LEVEL: {literal: info}}}
    registry: {existing: true, type: kubernetes.io/dockerconfigjson}
  workloads:
"""
ALL = """\
    api:
      kind: KIND
      initContainers: [migrate]
      files:
        /etc/db: {secret: db, mode: "0400"}
        /app/tls.crt: {secret: cert, key: tls.crt, mode: "0440"}
      env: {PASSWORD: db#password}
      envFrom: [db, settings]
      imagePullSecrets: [registry]
"""


def found_in(workloads: str, kind: str = "Deployment") -> Injection:
    """What the one workload of the entries gets."""
    tree = load(Source("secrets.yaml", SECRETS + workloads.replace("KIND", kind)))
    app = resolve(tree, Context(), lambda _: ())
    assert len(app.workloads) == 1
    return injection(app, app.workloads[0])


def manifest(kind: str, spec: Body) -> Body:
    """The smallest workload of a kind around the spec of its pods, with a field beside each step."""
    for step in reversed(pod_path(kind)):
        spec = {"beside": step, step: spec}
    return {"apiVersion": API_VERSIONS[kind], "kind": kind, "metadata": {"name": "api"}, **spec}


def variable(name: str, secret: str, key: str) -> Body:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def mount(volume: str, path: str, **more: str) -> Body:
    return {"name": volume, "mountPath": path, "readOnly": True, **more}


GIVEN: Body = {
    "env": [variable("LEVEL", "settings", "LEVEL"), variable("PASSWORD", "db", "password")],
    "envFrom": [{"secretRef": {"name": "db"}}],
    "volumeMounts": [
        mount("secret-cert", "/app/tls.crt", subPath="tls.crt"),
        mount("secret-db", "/etc/db"),
    ],
}
VOLUMES = [
    {"name": "secret-cert", "secret": {"secretName": "cert", "defaultMode": 288}},
    {"name": "secret-db", "secret": {"secretName": "db", "defaultMode": 256}},
]


@pytest.mark.parametrize("kind", API_VERSIONS)
def test_a_workload_of_every_kind_gets_all(kind: str) -> None:
    pods = {
        "initContainers": [{"name": "migrate"}, {"name": "other"}],
        "containers": [{"name": "api", "image": "a"}, {"name": "proxy"}],
    }

    found = inject(manifest(kind, pods), found_in(ALL, kind))

    whole = {
        "initContainers": [{"name": "migrate", **GIVEN}, {"name": "other"}],
        "containers": [{"name": "api", "image": "a", **GIVEN}, {"name": "proxy", **GIVEN}],
        "volumes": VOLUMES,
        "imagePullSecrets": [{"name": "registry"}],
    }
    assert found == Injected(manifest(kind, whole), ())


def test_what_is_added_stands_behind_what_is_there() -> None:
    own: Body = {
        "env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}],
        "envFrom": [{"configMapRef": {"name": "c"}}],
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    }
    pods = {
        "containers": [{"name": "api", **own}],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
        "imagePullSecrets": [{"name": "own"}],
    }
    entry = ALL.replace("      initContainers: [migrate]\n", "")

    found = inject(manifest("Deployment", pods), found_in(entry))

    whole = {
        "containers": [{"name": "api", **{key: [*own[key], *GIVEN[key]] for key in own}}],
        "volumes": [{"name": "tmp", "emptyDir": {}}, *VOLUMES],
        "imagePullSecrets": [{"name": "own"}, {"name": "registry"}],
    }
    assert found == Injected(manifest("Deployment", whole), ())


def test_null_is_an_empty_list() -> None:
    entry = "    api: {kind: Deployment, env: {PASSWORD: db#password}}\n"
    pods = {"initContainers": None, "containers": [{"name": "api", "env": None}], "volumes": None}

    found = inject(manifest("Deployment", pods), found_in(entry))

    whole = {
        **pods,
        "containers": [{"name": "api", "env": [variable("PASSWORD", "db", "password")]}],
    }
    assert found == Injected(manifest("Deployment", whole), ())


def test_two_entries_give_each_container_its_own() -> None:
    entries = """\
    api: {kind: Deployment, containers: [api], env: {PASSWORD: db#password}}
    proxy: {kind: Deployment, name: api, containers: [proxy], files: {/etc/tls: {secret: cert, mode: "0444"}}}
"""
    pods = {"containers": [{"name": "api"}, {"name": "proxy"}, {"name": "third"}]}

    found = inject(manifest("Deployment", pods), found_in(entries))

    whole = {
        "containers": [
            {"name": "api", "env": [variable("PASSWORD", "db", "password")]},
            {"name": "proxy", "volumeMounts": [mount("secret-cert", "/etc/tls")]},
            {"name": "third"},
        ],
        "volumes": [{"name": "secret-cert", "secret": {"secretName": "cert", "defaultMode": 292}}],
    }
    assert found == Injected(manifest("Deployment", whole), ())


@pytest.mark.parametrize(
    ("had", "expected"),
    [
        pytest.param({}, "a\\.b,db", id="without annotations"),
        pytest.param({"annotations": None}, "a\\.b,db", id="null"),
        pytest.param({"annotations": {RELOADER: ""}}, "a\\.b,db", id="an empty list"),
        pytest.param({"annotations": {RELOADER: "own, db"}}, "own, db,a\\.b", id="names of others"),
        pytest.param({"annotations": {RELOADER: "db, a\\.b"}}, "db, a\\.b", id="all there"),
    ],
)
def test_reloaders_list_keeps_its_names_and_gets_ours(had: Body, expected: str) -> None:
    entry = """\
    api: {kind: Deployment, env: {PASSWORD: db#password, OTHER: dotted#key}, onRotation: restart}
"""
    dotted = SECRETS.replace(
        "  workloads:\n", "    dotted: {name: a.b, existing: true}\n  workloads:\n"
    )
    app = resolve(load(Source("secrets.yaml", dotted + entry)), Context(), lambda _: ())
    body = manifest("Deployment", {"containers": [{"name": "api"}]})
    body["metadata"] |= had

    found = inject(body, injection(app, app.workloads[0]))

    annotations = found.body["metadata"]["annotations"]
    assert annotations == {**(had.get("annotations") or {}), RELOADER: expected}


def test_other_annotations_stay_where_nothing_is_restarted() -> None:
    entry = "    api: {kind: Deployment, env: {PASSWORD: db#password}}\n"
    body = manifest("Deployment", {"containers": [{"name": "api"}]})
    body["metadata"]["annotations"] = "as it is"

    found = inject(body, found_in(entry))

    assert found.body["metadata"] == {"name": "api", "annotations": "as it is"}


@pytest.mark.parametrize(
    ("pods", "expected"),
    [
        pytest.param(
            {"containers": [{"name": "api", "env": [{"name": "PASSWORD", "value": "x"}]}]},
            [("variable", "PASSWORD", ("env", "PASSWORD"))],
            id="another variable",
        ),
        pytest.param(
            {"containers": [{"name": "api", "env": [{"name": "LEVEL", "value": "x"}]}]},
            [("variable", "LEVEL", ("envFrom",))],
            id="another variable of envFrom",
        ),
        pytest.param(
            {
                "containers": [
                    {
                        "name": "api",
                        "env": [
                            variable("PASSWORD", "db", "password"),
                            {"name": "PASSWORD", "value": "the last one counts"},
                        ],
                    }
                ]
            },
            [("variable", "PASSWORD", ("env", "PASSWORD"))],
            id="a variable that is set anew",
        ),
        pytest.param(
            {
                "containers": [
                    {"name": "api", "volumeMounts": [{"name": "v", "mountPath": "/etc/db/"}]}
                ]
            },
            [("mount", "/etc/db", ("files", "/etc/db"))],
            id="another mount, its path with a slash",
        ),
        pytest.param(
            {
                "containers": [{"name": "api"}],
                "volumes": [{"name": "secret-db", "secret": {"secretName": "db"}}],
            },
            [("volume", "secret-db", ("files", "/etc/db"))],
            id="another volume",
        ),
    ],
)
def test_what_differs_is_a_clash_and_stays(pods: Body, expected: list[Any]) -> None:
    entry = ALL.replace("      initContainers: [migrate]\n", "")
    body = manifest("Deployment", pods)

    found = inject(body, found_in(entry))

    clashes = [(clash.what, clash.name, clash.at.path[3:]) for clash in found.clashes]
    assert clashes == expected
    assert list(changes(body, found.body)) == []


def test_a_missing_container_is_a_clash_that_names_those_there() -> None:
    entries = """\
    api: {kind: Deployment, containers: [api, setup], initContainers: [seed], env: {P: db#password}}
"""
    pods = {"initContainers": [{"name": "setup"}], "containers": [{"name": "api"}, {"name": "b"}]}

    found = inject(manifest("Deployment", pods), found_in(entries))

    assert [
        (one.what, one.name, one.at.path[3:], one.known, one.others) for one in found.clashes
    ] == [
        ("init container", "seed", ("initContainers", 0), ("setup",), ("api", "b")),
        ("container", "setup", ("containers", 1), ("api", "b"), ("setup",)),
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param({}, "`spec` is not there", id="no spec"),
        pytest.param({"spec": {"template": []}}, "`spec.template` is no mapping", id="a list"),
        pytest.param(
            {"spec": {"template": {"spec": {}}}}, "it has no containers", id="no containers"
        ),
        pytest.param(
            {"spec": {"template": {"spec": {"containers": [1]}}}},
            "`containers` in its pods is no list of mappings",
            id="containers that are none",
        ),
        pytest.param(
            {"spec": {"template": {"spec": {"containers": [{"name": "api", "env": {}}]}}}},
            "`env` in its pods is no list of mappings",
            id="variables that are no list",
        ),
        pytest.param(
            {
                "metadata": {"annotations": {RELOADER: 5}},
                "spec": {"template": {"spec": {"containers": [{"name": "api"}]}}},
            },
            "`metadata.annotations` is no mapping of texts",
            id="an annotation that is no text",
        ),
    ],
)
def test_a_manifest_of_another_form_is_refused(body: Body, reason: str) -> None:
    entry = "    api: {kind: Deployment, env: {P: db#password}, onRotation: restart}\n"

    with pytest.raises(NoPods) as caught:
        inject({"kind": "Deployment", "metadata": {}, **body}, found_in(entry))

    assert str(caught.value) == reason


def changes(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Paths of `before` that `after` changed, moved or lost; null may be filled, lists may grow."""
    if isinstance(before, dict) and isinstance(after, dict):
        if list(before) != [key for key in after if key in before]:
            yield path
        for key in before.keys() & after.keys():
            yield from changes(before[key], after[key], f"{path}/{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) <= len(after):
        for at, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from changes(one, other, f"{path}/{at}")
    elif path.endswith(f"/{RELOADER}"):
        if not after.startswith(before):
            yield path
    elif before is None and isinstance(after, list | dict):
        return
    elif type(before) is not type(after) or before != after:
        yield path


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=5,
)


def items(key: str, names: list[str]) -> st.SearchStrategy[Any]:
    """A list of mappings, some by names of ours, as a workload may have it, or null."""
    item = st.fixed_dictionaries({key: st.sampled_from(names)}, optional={"beside": ANYTHING})
    return st.none() | st.lists(item, max_size=3)


CONTAINER = {
    "env": items("name", ["PASSWORD", "LEVEL", "PORT"]) | st.just(GIVEN["env"]),
    "envFrom": items("prefix", ["A_", "B_"]) | st.just(GIVEN["envFrom"]),
    "volumeMounts": items("mountPath", ["/etc/db", "/etc/db/", "/tmp"])
    | st.just(GIVEN["volumeMounts"]),
    "beside": ANYTHING,
}
CONTAINERS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["api", "migrate", "proxy"])}, optional=CONTAINER
    ),
    min_size=1,
    max_size=3,
)
PODS = st.fixed_dictionaries(
    {"containers": CONTAINERS},
    optional={
        "initContainers": CONTAINERS,
        "volumes": items("name", ["secret-db", "tmp"]) | st.just(VOLUMES),
        "imagePullSecrets": items("name", ["registry", "own"]),
        "beside": ANYTHING,
    },
)
METADATA = st.fixed_dictionaries(
    {"name": st.just("api")},
    optional={
        "annotations": st.none()
        | st.dictionaries(
            st.sampled_from([RELOADER, "a", "b"]), st.sampled_from(["", "db", "x, y"])
        ),
        "labels": ANYTHING,
    },
)


@given(st.sampled_from(sorted(API_VERSIONS)), PODS, METADATA, st.booleans())
@settings(deadline=None, max_examples=300)
def test_nothing_of_a_workload_is_lost_and_twice_is_once(
    kind: str, pods: Body, metadata: Body, restarts: bool
) -> None:
    body = {**manifest(kind, pods), "metadata": metadata, "status": {"replicas": 1}}
    written = deepcopy(body)
    found = found_in(ALL + ("      onRotation: restart\n" if restarts else ""), kind)

    once = inject(body, found)

    assert body == written
    assert list(changes(body, once.body)) == []
    assert inject(once.body, found) == once


def test_all_keys_of_a_secret_that_others_write_to_are_not_ours_alone() -> None:
    found = found_in("    api: {kind: KIND, envFrom: [both]}\n")

    assert [(share.env, share.env_from) for share in found.shares] == [
        ((), ({"secretRef": {"name": "both"}},))
    ]
