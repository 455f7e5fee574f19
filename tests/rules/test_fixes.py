"""What a fix says, where following it to the letter is the point."""

import pytest

from secretkit import pipeline
from secretkit.codes import as_file as whole
from secretkit.finding import closest
from secretkit.text import Source


def fixes(example: str) -> list[tuple[str, str]]:
    """Code and fix of every finding on an example of a rule's form."""
    found = pipeline.judge(Source("secrets.yaml", whole(example)), pipeline.Options())
    return [(one.code, one.fix) for one in found]


JOB = """
spec:
  secrets:
    db: {{from: vault, keys: {{password: "db#password"}}}}
  workloads:
    job: {{kind: {kind}, env: {{A: db#password}}, onRotation: {word}}}
"""
MOUNT = """
spec:
  secrets: {{db: {{existing: true}}}}
  workloads: {{api: {{kind: Deployment, files: {{/etc/db: {{secret: db, mode: {mode}}}}}}}}}
"""
REFRESH = "db: {{existing: true, refresh: {}}}"
FILES = "mount what the app can read from `files`; where it must be `env`, "


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        pytest.param(
            "db: {from: vault, keys: {a: secret/data/x#p}}",
            [("SK206", "write `x#p`")],
            id="SK206 keeps the property of a reference",
        ),
        pytest.param(
            "db: {from: vault, keys: {a: secret/x}}",
            [("SK206", "write `x`")],
            id="SK206 of a whole secret",
        ),
        pytest.param(
            "db: {from: vault, keys: {a: {key: secret/x, property: p}}}",
            [("SK206", "write `key: x`")],
            id="SK206 of an object",
        ),
        pytest.param(
            "db: {from: vault, keys: {a: database/creds/x#username}}",
            [("SK204", "write `dynamic: {path: database/creds/x, lease: 1h}`, with the engine's TTL, and "
              "`refresh: 40m` in place of these keys: the set comes out under the engine's own names, "
              "which a `template` can change")],
            id="SK204 says all that takes the place of the keys",
        ),
        pytest.param(
            "db: {from: vault, dynamic: {path: database/creds/x, lease: 1h}, refresh: 40m}", [],
            id="what SK204 says is fine",
        ),
        pytest.param(
            JOB.format(kind="CronJob", word="none"),
            [("SK310", FILES + "leave it: the next CronJob that starts gets the new value")],
            id="SK310 of what nothing restarts",
        ),
        pytest.param(
            JOB.format(kind="Deployment", word="none"),
            [("SK310", FILES + "use `onRotation: restart`")],
            id="SK310 of a Deployment",
        ),
        pytest.param(
            JOB.format(kind="Deployment", word="restart"),
            [("SK310", FILES + "keep its `onRotation: restart`")],
            id="SK310 of what is restarted",
        ),
        *(
            pytest.param(MOUNT.format(mode=mode), [(code, fix)], id=f"the mode {mode}")
            for mode, code, fix in (
                ("256", "SK011", 'write `"0400"`'),
                ("288", "SK011", 'write `"0440"`'),
                ("400", "SK011", 'write `"0400"`'),
                ('"400"', "SK014", 'write it like `"0400"`'),
                ("420", "SK011", 'write `"0644"`'),
                ("0o400", "SK005", 'quote it: "0400" where it is a mode, else "0o400"'),
                ('"0o440"', "SK014", 'write it like `"0440"`'),
                ("0440", "SK005", 'quote it: "0440"'),
                ("1000000", "SK011", "quote it, so that no parser changes it"),
                ("u=r", "SK014", 'write it like `"0440"`'),
            )
        ),
        *(
            pytest.param(REFRESH.format(text), [(code, fix)], id=f"the duration {text}")
            for text, code, fix in (
                ("1800", "SK011", "write `30m`"),
                ("0", "SK011", "write `once`"),
                ('"90"', "SK014", "write it like `90s`"),
                ("7200", "SK011", "write `2h`"),
                ("1d", "SK014", "write it like `24h`"),
                ("30 minutes", "SK014", "write it like `30m`"),
                ("OnChange", "SK014", "write it like `onChange`"),
                ("daily", "SK014", "write it like `30m`"),
            )
        ),
        *(
            pytest.param(f"{key}: {{existing: true}}", [("SK017", fix)], id=f"the name {key}")
            for key, fix in (
                ("session_key", "rename it, for example `session-key`"),
                ("Finance", "rename it, for example `finance`"),
                ("_", "rename it, for example `db`"),
            )
        ),
        *(
            pytest.param(
                f"db: {{from: vault, dynamic: {{path: d/creds/x, lease: {lease}}}{rest}}}",
                [("SK210", f"set `refresh: {refresh}` beside `dynamic`, about two thirds of the lease, "
                  "and let pods take the new values")],
                id=f"a lease of {lease}",
            )
            for lease, rest, refresh in (
                ("1h", "", "40m"), ("3h", ", refresh: 4h", "2h"), ("90s", "", "1m"),
                ("2h", ", refresh: onChange", "1h20m"), ("45s", ", refresh: 1m", "30s"),
            )
        ),
        pytest.param(
            "db: {existing: true, expect: [a, b, a]}", [("SK016", "drop one of them")],
            id="a key that is expected twice",
        ),
        pytest.param(
            'spec: {secrets: {db: {existing: true}}, access: {all: {user: jane, secrets: ["*"]}}}',
            [("SK301", 'name the secrets one by one; `secrets: "*"` of `access`, no list, stands for '
              "all of this file")],
            id="a wildcard in a list",
        ),
    ],
)  # fmt: skip
def test_a_fix_can_be_followed_to_the_letter(example: str, expected: list[tuple[str, str]]) -> None:
    assert fixes(example) == expected


def test_swapped_letters_are_near_in_a_short_name() -> None:
    assert closest("bd", ["db"]) == ", did you mean `db`?"
    assert closest("ab", ["db"]) == ""


STORE = '{{vault: {{server: "https://{}.example.com", path: kv, role: shop}}}}'


@pytest.mark.parametrize(
    ("stores", "environment", "expected"),
    [
        pytest.param(("old",), (), ["SK201 there is no store `vault`"], id="one cause, one finding"),
        pytest.param(
            ("vault",), ("vualt",),
            ["SK203 no secret uses the store `vualt`, did you mean `vault`?"],
            id="a patch of a mistyped store",
        ),
        pytest.param(
            ("vault", "vault2"), (), ["SK203 no secret uses the store `vault2`"],
            id="two stores of the base",
        ),
    ],
)  # fmt: skip
def test_a_store_that_is_not_used(
    stores: tuple[str, ...], environment: tuple[str, ...], expected: list[str]
) -> None:
    def listed(names: tuple[str, ...]) -> str:
        return "{" + ", ".join(f"{name}: {STORE.format(name)}" for name in names) + "}"

    text = whole(
        "spec:\n  secrets: {db: {from: vault, keys: {password: db#password}}}\n"
        f"  environments: {{staging: {{spec: {{stores: {listed(environment)}}}}}}}\n"
        f"  stores: {listed(stores)}"
    )
    found = pipeline.judge(Source("secrets.yaml", text), pipeline.Options(environment="staging"))

    assert [f"{one.code} {one.message}" for one in found] == expected


def test_further_places_come_in_the_order_of_the_file() -> None:
    text = whole(JOB.format(kind="Job", word="none").replace("A: db#password", "B: db#b, A: db#a"))
    found = pipeline.judge(Source("secrets.yaml", text), pipeline.Options())
    [spot] = [one for one in pipeline.spots(found) if one.finding.code == "SK310"]

    assert list(spot.also) == sorted(spot.also, key=lambda span: span.column)


@pytest.mark.parametrize(
    ("kind", "fix"),
    [
        ("ingresses", "write `ingresses.networking.k8s.io`"),
        ("events", None),
        ("events.events.k8s.io", None),
        ("deployments/scale", "write `deployments/scale.apps`"),
        ("pods.apps", "write `pods`"),
        ("events.apps", "write `events` or `events.events.k8s.io`"),
        ("pod", "name its group, as in `widgets.example.com`, did you mean `pods`?"),
        ("services.serving.knative.dev", None),
        ("newkinds.apps", None),
        ('"*"', None),
        ('"*/status"', None),
    ],
)
def test_an_audit_kind_is_one_of_its_group(kind: str, fix: str | None) -> None:
    rule = f"{{level: Metadata, resources: [{kind}]}}"

    assert fixes(f"spec:\n  audit: {{rules: [{rule}]}}") == ([("SK435", fix)] if fix else [])


@pytest.mark.parametrize(
    ("reads", "fix"),
    [
        pytest.param("keys: {\n  a: x/y #p\n  }", "x/y#p", id="a key"),
        pytest.param("keys: {\n  'a': x/y #p\n  }", "x/y#p", id="a quoted name"),
        pytest.param("extract:\n  - x/y #p", "x/y#p", id="an item"),
        pytest.param("keys: {\n  a: x/y # p\n  }", None, id="a comment with its space"),
        pytest.param("keys: {\n  a: x/y #see below\n  }", None, id="a comment of words"),
        pytest.param("keys: {\n  a: x/y#q #p\n  }", None, id="a comment behind a property"),
        pytest.param("keys: {\n  a: {key: x/y} #p\n  }", None, id="a comment behind an object"),
        pytest.param("keys: {\n  a: x/y\n  } #p", None, id="a comment of another line"),
    ],
)
def test_a_property_behind_a_space_is_a_comment(reads: str, fix: str | None) -> None:
    rows = "\n".join(f"  {row}" for row in f"from: vault\n{reads}".split("\n"))
    wanted = f"write `{fix}`, without the space; a comment gets a space behind its `#`"

    assert fixes(f"db:\n{rows}") == ([("SK256", wanted)] if fix else [])


@pytest.mark.parametrize(
    ("store", "fits"),
    [
        ("aws: {service: SecretsManager, region: x, role: shop}", False),
        ('aws: {service: SecretsManager, region: x, role: "arn:aws-cn:iam::111122223333:role/a/b"}', True),
        ('azure: {vaultUrl: "https://a", serviceAccount: {name: a, identity: a@b.c}}', False),
        ('gcp: {projectID: a, serviceAccount: {name: a, identity: "1-compute@developer.gserviceaccount.com"}}',
         True),
        ("gcp: {projectID: a, serviceAccount: {name: a, annotations: {iam.gke.io/gcp-service-account: a}}}",
         False),
        ("gcp: {projectID: a, serviceAccount: {name: a, annotations: {eks.amazonaws.com/role-arn: a}}}", False),
    ],
)  # fmt: skip
def test_an_identity_has_the_form_of_its_cloud(store: str, fits: bool) -> None:
    spec = f"stores: {{main: {{{store}}}}}\n  secrets: {{db: {{from: main, keys: {{a: b}}}}}}"
    codes = [code for code, _ in fixes(f"spec:\n  {spec}") if code == "SK254"]

    assert codes == ([] if fits else ["SK254"])
