"""`kubectl kustomize` builds each overlay to the objects of its environment's stream, exactly."""

import base64
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import overlays
import pytest

from examples import EXAMPLES, ROOT, Body, Example, documents, identity, options
from secretkit import overlays as rendered
from secretkit import rendering
from secretkit.emit import overlay
from secretkit.emit.templates import Templates
from secretkit.objects import File, Object
from secretkit.pipeline import Options
from secretkit.text import Place, Tree

CIPHER = base64.b64encode(b"\x02\x00" + b"plainly fake " * 60).decode()
OTHER = base64.b64encode(b"\x02\x00" + b"another fake " * 60).decode()
PLATFORM = """\
apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  defaults: {refresh: 30m, labels: {team: core}}
  variables: {account: "111122223333"}
  stores:
    aws:
      aws:
        service: SecretsManager
        region: eu-west-1
        serviceAccount: {identity: "arn:aws:iam::${account}:role/${app}"}
    vault:
      scope: cluster
      conditions: [{namespaces: [shop, shop-staging]}]
      vault:
        server: https://vault.example.com
        path: secret
        role: all
        serviceAccount: {name: vault-reader, namespace: operators}
  environments:
    staging: {namespace: "${app}-staging", variables: {account: "444455556666"}}
    production: {}
    edge:
      targets: {externalSecrets: "0.14"}
      stores: {vault: {vault: {server: "https://vault.edge.example.com"}}}
"""
APPS = {
    "shop": f"""\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata:
  name: shop
  namespace: shop
  annotations: {{example.com/a-b: "1", example.com/gone: "yes"}}
spec:
  secrets:
    db: {{from: aws, keys: {{username: "db#username", password: "db#password"}}}}
    d.b: {{from: vault, keys: {{password: "db#password"}}}}
    dxb: {{from: vault, keys: {{password: "db#password"}}}}
    leaving: {{generate: {{length: 32}}}}
    session: {{generate: {{length: 48, symbols: 0}}}}
    hook: {{sealed: {{a: {CIPHER}, b: {CIPHER}}}, sealedFor: {{scope: cluster-wide}}}}
    files: {{values: {{one: {{env: ONE}}, two: {{env: TWO}}, three: {{literal: same}}}}}}
    moved: {{values: {{one: {{env: ONE}}}}}}
    words: {{values: {{one: {{literal: one}}, two: {{literal: two}}}}}}
  access:
    # A dot is a sign of a pattern.
    "a.b-reader": {{serviceAccount: shop, secrets: [db]}}
    axb-reader: {{serviceAccount: shop, secrets: [db]}}
    # Accounts by the namespace that they have in the base alone: of this app, and of another.
    from-shop: {{serviceAccount: shop-aws, namespace: shop, secrets: [db]}}
    from-till: {{serviceAccount: till-aws, namespace: till, secrets: [db, d.b]}}
  workloads:
    api: {{kind: Deployment, containers: [api], files: {{/etc/db: db}}}}
  environments:
    staging:
      metadata: {{annotations: {{example.com/a-b: "2", example.com/gone: null}}}}
      spec:
        secrets:
          leaving: null
          coming: {{from: aws, keys: {{k: coming}}}}
          hook: {{sealed: {{a: {OTHER}}}, sealedFor: {{scope: cluster-wide}}}}
    production:
      spec:
        secrets:
          db: {{keys: {{username: null, token: "db#token"}}, refresh: 5m}}
          files: {{values: {{one: {{env: TWO}}, two: null, four: {{env: ONE}}}}, immutable: true}}
          moved: {{from: aws, values: null, keys: {{one: moved}}}}
          words: {{values: {{one: null, two: {{literal: other}}}}, labels: {{a.b/c: d}}}}
        access: {{from-till: {{secrets: [db]}}}}
        workloads: {{api: {{env: {{TOKEN: "db#token"}}}}}}
    edge:
      spec:
        secrets: {{session: {{generate: {{length: 64}}}}}}
        access: {{from-till: null}}
        workloads: {{api: null}}
""",
    "till": """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: till, namespace: till}
spec:
  stores:
    odd:
      provider:
        webhook:
          url: "https://example.com/{{ .remoteRef.key }}"
          headers: {a/b: x, "~": why, nothing: ""}
          result: {}
  secrets:
    db: {from: aws, keys: {password: "db#password"}}
    hook: {from: odd, keys: {k: k}}
  environments:
    edge:
      spec:
        stores:
          odd:
            provider:
              webhook: {headers: {a/b: z, "~": null, nothing: "null"}, result: {jsonPath: "$.x"}}
""",
    "same": """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: same, namespace: same}
spec:
  secrets:
    ready: {existing: true}
  workloads:
    job: {kind: Job, containers: [a], env: {PASSWORD: "ready#password"}}
""",
}


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "platform.yaml").write_text(PLATFORM)
    for name, text in APPS.items():
        (tmp_path / "apps" / name).mkdir(parents=True)
        (tmp_path / "apps" / name / "secrets.yaml").write_text(text)
    return tmp_path


def asked(path: Path, output: Path | None, found: Options, **changes: Any) -> rendering.Request:
    form = "kustomize" if output else "yaml"
    return rendering.Request((path,), found, output, form, **{
        "only": None, "inject": (), "templates": None, **changes
    })  # fmt: skip


def passed(result: rendering.Result) -> rendering.Result:
    errors = [one for one in result.findings if one.severity == "error"]
    assert errors == []
    return result


def by_identity(bodies: Iterable[Body]) -> dict[Any, Body]:
    found = list(bodies)
    named = {(body["apiVersion"], *identity(body)): body for body in found}
    assert len(named) == len(found)
    return named


def judged(path: Path, out: Path, base: Options, **changes: Any) -> tuple[str, ...]:
    """Holds every folder of a run against the stream of its environment; gives the environments."""
    passed(rendered.render(asked(path, out, base, **changes)))
    folders = sorted((out / "overlays").iterdir()) if (out / "overlays").is_dir() else []
    for folder in (out, *folders):
        name = None if folder == out else folder.name
        stream = rendering.render(asked(path, None, base._replace(environment=name), **changes))

        assert by_identity(overlays.kustomize(folder)) == by_identity(
            documents(passed(stream).text)
        ), name
    return tuple(folder.name for folder in folders)


IN_THE_OPEN = Options(allow_plaintext=True, process_environment={"ONE": "first", "TWO": "second"})


def test_every_overlay_of_a_fleet_builds_to_its_environment(fleet: Path) -> None:
    found = judged(fleet, fleet / "out", IN_THE_OPEN)

    assert found == ("edge", "production", "staging")


@pytest.mark.parametrize(
    "example",
    [found for found in EXAMPLES if found.environment is None],
    ids=lambda found: found.id,
)
def test_every_overlay_of_an_example_builds_to_its_environment(
    example: Example, tmp_path: Path
) -> None:
    found = judged(example.folder, tmp_path / "out", options(example), inject=example.workloads)

    assert found == tuple(
        sorted(one.environment for one in EXAMPLES if one.name == example.name and one.environment)
    )


def test_overlays_keep_to_templates_of_the_user(fleet: Path) -> None:
    (fleet / "templates").mkdir()
    ours = (ROOT / "templates" / "externalsecret.yaml.j2").read_text()
    template = ours + 'status: {of: {{ metadata.namespace }}, "a/b": null}\n'
    (fleet / "templates" / "externalsecret.yaml.j2").write_text(template)

    judged(fleet, fleet / "out", IN_THE_OPEN, templates=fleet / "templates")
    shown = (fleet / "out/overlays/staging/till/changes/externalsecret-db.yaml").read_text()
    assert "path: /status/of\n" in shown


def test_injected_workloads_are_part_of_overlays(fleet: Path) -> None:
    pods = "{template: {spec: {containers: [{name: NAME, image: x, args: [a, 1.5]}]}}}"
    manifest = fleet / "workloads.yaml"
    manifest.write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\n"
        f"spec: {pods.replace('NAME', 'api')}\n---\n"
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: job}\n"
        f"spec: {pods.replace('NAME', 'a')}\n"
    )

    judged(fleet, fleet / "out", IN_THE_OPEN, inject=(manifest,))
    assert (fleet / "out/overlays/production/shop/changes/deployment-api.yaml").is_file()


def test_what_holds_values_is_open_to_nobody_else(fleet: Path) -> None:
    passed(rendered.render(asked(fleet, fleet / "out", IN_THE_OPEN)))
    values = [base64.b64encode(one.encode()) for one in (b"first".decode(), "second")]
    modes = {
        path.relative_to(fleet / "out").as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in (fleet / "out").rglob("*")
        if path.is_file() and any(value in path.read_bytes() for value in values)
    }

    assert modes == dict.fromkeys(
        [
            "shop/secret-files.yaml", "shop/secret-moved.yaml",
            "overlays/production/shop/changes/secret-files.yaml",
            "overlays/staging/shop/secret-files.yaml", "overlays/staging/shop/secret-moved.yaml",
        ],
        0o600,
    )  # fmt: skip


def test_a_base_and_its_overlays_share_what_does_not_differ(fleet: Path) -> None:
    passed(rendered.render(asked(fleet, fleet / "out", IN_THE_OPEN)))
    folder = fleet / "out" / "overlays"
    found = {
        name: sorted(
            path.relative_to(folder / name / "till").as_posix()
            for path in (folder / name / "till").rglob("*.yaml")
        )
        for name in ("production", "staging")
    }

    assert found == {
        "production": ["kustomization.yaml"],
        "staging": [
            "changes/externalsecret-db.yaml", "changes/externalsecret-hook.yaml",
            "changes/secretstore-odd.yaml", "changes/secretstore-till-aws.yaml",
            "changes/serviceaccount-till-aws.yaml", "kustomization.yaml",
            "serviceaccount-till-aws.yaml",
        ],
    }  # fmt: skip


# Objects that no app of ours makes: what kustomize takes of a patch at all.

BEFORE: Body = {
    "apiVersion": "example.com/v1",
    "kind": "Odd",
    "metadata": {"name": "a.b", "namespace": "one", "annotations": {"x/y~z": "1", "~1": "2"}},
    "spec": {
        "null": None,
        "map": {},
        "list": [1, {"a": None}],
        "n": 1,
        "gone": None,
        "deep": {"": 1},
    },
}
AFTER: Body = {
    "apiVersion": "example.com/v1beta1",
    "kind": "Odd",
    "metadata": {"name": "a.b", "namespace": "two", "annotations": {"x/y~z": "2", "-": "3"}},
    "spec": {"null": {}, "map": {"0": None}, "list": [], "n": "1", "deep": {"": {"/": "~"}}},
    "more": {"a": {}, "text": "two\nlines\n", "yes": "yes", "float": 1.5},
}


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        pytest.param(BEFORE, AFTER, ["changes/odd-a.b.yaml"], id="a patch"),
        pytest.param(
            BEFORE, {**BEFORE, "apiVersion": "example.org/v1"},
            ["changes/odd-a.b.yaml", "odd-a.b.yaml"], id="another group",
        ),
        pytest.param(
            {**BEFORE, "metadata": {"name": "a:b"}}, {**BEFORE, "metadata": {"name": "a-b"}},
            ["changes/odd-a-b.yaml", "odd-a-b.yaml"], id="another name in the same file",
        ),
    ],
)  # fmt: skip
def test_kustomize_takes_what_an_overlay_says(
    before: Body, after: Body, names: list[str], tmp_path: Path
) -> None:
    place, templates = Place(Tree({}, ())), Templates()
    other = {**BEFORE, "metadata": {"name": "axb", "namespace": "one"}}
    base = [Object(before, place), Object(other, place)]
    written = [
        File("app/odd.yaml", templates.fill(base[0]).encode()),
        File("app/other.yaml", templates.fill(base[1]).encode()),
        File("app/kustomization.yaml", b"resources: [odd.yaml, other.yaml]\n"),
        *(
            one._replace(path=f"overlays/env/{one.path}")
            for one in overlay.folder(
                "app", overlay.bodies(base, templates), [Object(after, place), base[1]], templates
            )
        ),
    ]
    for file in written:
        path = tmp_path / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    own = tmp_path / "overlays/env/app"

    assert sorted(path.relative_to(own).as_posix() for path in own.rglob("*") if path.is_file()) == [
        *names[:1], "kustomization.yaml", *names[1:]
    ]  # fmt: skip
    assert by_identity(overlays.kustomize(own)) == by_identity([after, other])
