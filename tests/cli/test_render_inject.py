"""`render --inject`: workloads come out whole, and nothing comes out where they cannot."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
import yaml as parser

from secretkit.cli import run

INPUT = """\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: prod}
spec:
  secrets:
    db: {existing: true}
    cert: {existing: true, type: kubernetes.io/tls}
  workloads:
    api: {kind: Deployment, files: {/etc/db: {secret: db, mode: "0400"}}}
"""
SECOND = (
    '    cron: {kind: CronJob, containers: [job], files: {/etc/db: {secret: db, mode: "0400"}}}\n'
)
OTHER = INPUT.replace("name: shop, namespace: prod", "name: other, namespace: OTHER")
API = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, annotations: {port: "0644", on: "yes"}}
spec:
  paused: no
  template:
    spec:
      containers: [{name: api, image: "1e3"}, {name: proxy}]
      volumes: [{name: own, secret: {secretName: own, defaultMode: 0644}}]
"""
CRON = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: cron, namespace: prod}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: job}]}}}}}
"""
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
WHOLE_API = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  namespace: prod
  annotations:
    port: "0644"
    "true": "yes"
spec:
  paused: false
  template:
    spec:
      containers:
      - name: api
        image: "1e3"
        volumeMounts:
        - name: secret-db
          mountPath: /etc/db
          readOnly: true
      - name: proxy
        volumeMounts:
        - name: secret-db
          mountPath: /etc/db
          readOnly: true
      volumes:
      - name: own
        secret:
          secretName: own
          defaultMode: 420
      - name: secret-db
        secret:
          secretName: db
          defaultMode: 256
"""
WHOLE_CRON = """\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: cron
  namespace: prod
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
          - name: job
            volumeMounts:
            - name: secret-db
              mountPath: /etc/db
              readOnly: true
          volumes:
          - name: secret-db
            secret:
              secretName: db
              defaultMode: 256
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one app, as the working folder."""
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    (folder / "secrets.yaml").write_text(INPUT)
    monkeypatch.chdir(folder)
    return folder


class Ran:
    """A run of `render`: its exit code, stdout, and of stderr the notes and the findings."""

    def __init__(self, code: int, captured: tuple[str, str]) -> None:
        self.code = code
        self.out, self.err = captured
        self.notes = re.findall(r"^note: (.*)", self.err, re.M)
        self.findings = re.findall(r"^\w+\[(SK\d+)\]: (.*)\n +--> ([\w/.-]+):(\d+)", self.err, re.M)


Render: TypeAlias = Callable[..., Ran]


@pytest.fixture
def render(root: Path, capfd: pytest.CaptureFixture[str]) -> Render:  # noqa: ARG001
    def call(*arguments: str) -> Ran:
        code = run(["render", *arguments])
        return Ran(code, capfd.readouterr())

    return call


def inject(root: Path, **files: str) -> list[str]:
    """The files written, and the options that inject them."""
    options = []
    for name, text in files.items():
        (root / f"{name}.yaml").write_text(text)
        options += ["--inject", f"{name}.yaml"]
    return options


def test_the_workload_comes_last_and_whole(root: Path, render: Render) -> None:
    (root / "secrets.yaml").write_text(
        INPUT.replace("  workloads:", "    key: {generate: {length: 9}}\n  workloads:") + SECOND
    )

    ran = render(*inject(root, w=f"{CRON}---\n{SETTINGS}---\n{API}", more=SETTINGS))

    assert ran.code == 0
    head, *workloads = ran.out.rsplit("---\n", 2)
    assert workloads == [WHOLE_CRON, WHOLE_API]
    kinds = [body["kind"] for body in parser.safe_load_all(head)]
    assert kinds == ["Password", "ExternalSecret"]
    assert ran.notes == [
        "w.yaml: one object is passed over, since only workloads that receive secrets come out",
        "more.yaml: one object is passed over, since only workloads that receive secrets come out",
    ]


def test_what_came_out_can_be_injected_again(root: Path, render: Render) -> None:
    once = render(*inject(root, w=API)).out

    assert render(*inject(root, w=once)).out == once


def test_json_holds_the_workload_too(root: Path, render: Render) -> None:
    ran = render("--format", "json", *inject(root, w=API))

    assert parser.safe_load(ran.out)["items"] == [parser.safe_load(WHOLE_API)]


def test_a_folder_holds_it_in_place_of_the_patch(root: Path, render: Render) -> None:
    ran = render("-o", "out", "--only", "api", *inject(root, w=API))

    files = {
        path.relative_to(root / "out").as_posix(): path for path in (root / "out").rglob("*.yaml")
    }
    assert ran.code == 0
    assert sorted(files) == [
        "kustomization.yaml",
        "shop/deployment-api.yaml",
        "shop/kustomization.yaml",
    ]
    assert files["shop/deployment-api.yaml"].read_text() == WHOLE_API
    listed = parser.safe_load(files["shop/kustomization.yaml"].read_text())["resources"]
    assert listed == ["deployment-api.yaml"]


def test_an_app_without_a_workload_in_the_files_keeps_its_patch(root: Path, render: Render) -> None:
    (root / "apps").mkdir()
    other = (
        OTHER.replace("OTHER", "prod").replace("api: {", "cron: {").replace("Deployment", "CronJob")
    )
    (root / "apps/secrets.yaml").write_text(
        other.replace("files:", "containers: [job], files:").replace("db", "log")
    )

    ran = render("-o", "out", "--only", "api", *inject(root, w=API))

    found = sorted(
        path.relative_to(root / "out").as_posix() for path in (root / "out").rglob("*-*.yaml")
    )
    assert (ran.code, ran.findings) == (0, [])
    assert found == ["other/patches/cronjob-cron.yaml", "shop/deployment-api.yaml"]


def test_the_stream_still_says_what_it_lacks(render: Render) -> None:
    ran = render()

    assert ran.notes == [
        "the workloads' part is not in this stream, since a partial workload must not be applied: "
        "use -o for patches, or --inject FILE"
    ]


def test_control_plane_files_need_no_workload(render: Render) -> None:
    ran = render("--only", "control-plane", "--inject", "nowhere.yaml")

    assert (ran.code, ran.notes) == (0, [])


ABSENT = "Deployment `api` is in none of the `--inject` files"


@pytest.mark.parametrize(
    ("entries", "files", "expected"),
    [
        pytest.param(
            SECOND,
            {"w": API},
            [("SK340", "CronJob `cron` is in none of the `--inject` files", "secrets.yaml", "10")],
            id="one of two workloads is missing",
        ),
        pytest.param("", {"w": SETTINGS}, [("SK340", ABSENT, "secrets.yaml", "9")], id="none is there"),
        pytest.param(
            "",
            {"w": API.replace("name: api,", "name: apis,")},
            [("SK340", f"{ABSENT}, did you mean `apis`?", "secrets.yaml", "9")],
            id="another name",
        ),
        pytest.param(
            "",
            {"w": API.replace("name: api,", "name: api, namespace: test,")},
            [("SK340", f"{ABSENT}, only one of namespace `test` is there", "secrets.yaml", "9")],
            id="another namespace",
        ),
        pytest.param(
            "",
            {"w": API.replace("kind: Deployment", "kind: StatefulSet")},
            [("SK340", f"{ABSENT}, but a StatefulSet of that name is", "secrets.yaml", "9")],
            id="another kind",
        ),
        pytest.param(
            "",
            {"w": API.replace("apps/v1", "example.com/v1")},
            [("SK340", f"{ABSENT}, only one of another API group is there", "secrets.yaml", "9")],
            id="another API group",
        ),
        pytest.param(
            "",
            {"w": API, "again": API.replace("name: api,", "name: api, namespace: prod,")},
            [("SK343", "Deployment `api` stands twice in the `--inject` files", "again.yaml", "1")],
            id="a workload twice",
        ),
        pytest.param(
            SECOND.replace("[job]", "[jobs]"),
            {"w": f"{API}---\n{CRON}"},
            [
                (
                    "SK341",
                    "CronJob `cron` has no container `jobs`, did you mean `job`?",
                    "secrets.yaml",
                    "10",
                )
            ],
            id="a container that is not there",
        ),
        pytest.param(
            "",
            {"w": API.replace("{name: proxy}", "{name: proxy, volumeMounts: [{mountPath: /etc/db}]}")},
            [("SK342", "Deployment `api` has another mount `/etc/db` already", "secrets.yaml", "9")],
            id="another mount",
        ),
        pytest.param(
            "",
            {"w": f"{SETTINGS}---\n{API[: API.index('  template')]}"},
            [
                (
                    "SK344",
                    "Deployment `api` cannot receive anything: `spec.template` is not there",
                    "w.yaml",
                    "5",
                )
            ],
            id="a workload without pods",
        ),
        pytest.param(
            "",
            {"w": f"{API}---\nkind: Pod\n", "more": "a: [\n"},
            [
                ("SK001", "this is not YAML: something is missing or misplaced before this", "more.yaml", "1"),
                ("SK070", "this is no Kubernetes object: it has no `apiVersion`", "w.yaml", "11"),
            ],
            id="files that kubectl would not take",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_injected_is_an_error_and_nothing_comes_out(
    root: Path,
    render: Render,
    entries: str,
    files: dict[str, str],
    expected: list[tuple[str, str, str, str]],
) -> None:
    (root / "secrets.yaml").write_text(INPUT + entries)

    ran = render(*inject(root, **files))

    assert (ran.code, ran.out, ran.findings) == (1, "", expected)


def test_a_workload_that_two_apps_claim_is_an_error(root: Path, render: Render) -> None:
    (root / "apps").mkdir()
    (root / "apps/secrets.yaml").write_text(OTHER.replace("OTHER", "test"))

    ran = render(*inject(root, w=API))

    title = "Deployment `api` would receive secrets of two apps, `other` and `shop`"
    assert (ran.code, ran.findings) == (1, [("SK343", title, "secrets.yaml", "9")])


def test_a_namespace_tells_the_workloads_of_two_apps_apart(root: Path, render: Render) -> None:
    (root / "apps").mkdir()
    (root / "apps/secrets.yaml").write_text(OTHER.replace("OTHER", "test"))
    theirs, ours = (
        API.replace("api, ann", f"api, namespace: {name}, ann") for name in ("test", "prod")
    )

    ran = render(*inject(root, w=f"{ours}---\n{theirs}"))

    assert ran.out == f"{WHOLE_API}---\n{WHOLE_API.replace('namespace: prod', 'namespace: test')}"


OUTSIDE = "lies outside the root ROOT (the repository of the first PATH, or without one the working folder)"


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("../outside.yaml", f"--inject ../outside.yaml: {OUTSIDE}"),
        ("link.yaml", f"--inject link.yaml: {OUTSIDE}"),
        ("nowhere.yaml", "--inject nowhere.yaml: no such file"),
        ("apps", "apps: not a regular file"),
        ("empty.yaml", "--inject empty.yaml: it holds no manifest"),
    ],
)
def test_a_file_that_cannot_be_read_is_wrong_usage(
    root: Path,
    render: Render,
    file: str,
    message: str,
) -> None:
    (root / "../outside.yaml").write_text(API)
    (root / "link.yaml").symlink_to("../outside.yaml")
    (root / "apps").mkdir()
    (root / "empty.yaml").write_text("---\n")

    ran = render("--inject", file)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"error: {message}\n".replace("ROOT", str(root))


def test_injecting_without_any_workload_is_wrong_usage(root: Path, render: Render) -> None:
    (root / "secrets.yaml").write_text(INPUT[: INPUT.index("  workloads")])

    ran = render(*inject(root, w=API))

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "error: --inject: no app has `workloads`, so nothing would receive anything\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            f"{API}---\n{SETTINGS}data: {{a: canary, a: canary}}\n", id="a key twice in data"
        ),
        pytest.param(f"{API}---\n{SETTINGS}data: {{a: !!int canary}}\n", id="a wrong tag"),
        pytest.param(f"{API}---\n{SETTINGS}data:\n  a: |\n canary\n  canary\n", id="no YAML"),
        pytest.param(f"{API}      args: [--password, canary\n", id="a list that does not end"),
    ],
)
def test_no_message_shows_what_may_be_a_value(root: Path, render: Render, text: str) -> None:
    ran = render(*inject(root, w=text))

    assert ran.code == 1
    assert "canary" not in ran.err
