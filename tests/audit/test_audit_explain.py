"""`secretkit audit explain`: the answer as people and programs get it, and every wrong question."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HEAD = "apiVersion: secretkit.dev/v1alpha1\n"
APP = f"""{HEAD}kind: AppSecrets
metadata: {{name: shop, namespace: shop}}
spec:
  audit:
    rules:
      - level: Request
        resources: [services, deployments.apps]
"""
PLATFORM = f"""{HEAD}kind: Platform
metadata: {{name: acme}}
spec:
  audit: {{noise: keep, rules: [{{level: RequestResponse, resources: [services], verbs: [delete]}}]}}
  targets: {{provider: %s}}
"""
POLICY = """apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  userGroups: ["system:serviceaccounts:shop"]
- level: RequestResponse
  namespaces: [shop]
  omitStages: [ResponseComplete]
- level: Request
  nonResourceURLs: ["*"]
"""

Ran = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "secrets.yaml").write_text(APP)
    (tmp_path / "policy.yaml").write_text(POLICY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def explain(folder: Path, ran: Ran) -> Ran:  # noqa: ARG001
    def explain(*arguments: str) -> tuple[int, str, str]:
        return ran("audit", "explain", *arguments)

    return explain


def test_the_text_says_level_parts_stages_rule_and_who_asked(explain: Ran) -> None:
    code, out, err = explain(
        "--verb=patch", "--resource=deployments.apps", "-n=shop", "--name=web", "--user=jane"
    )

    assert (code, err) == (0, "")
    assert out == (
        "request: patch deployments.apps web in the namespace shop, by jane in system:authenticated\n"
        "level:   Request\n"
        "written: who did what and when, and the code of the answer; the body of the request\n"
        "stages:  ResponseStarted, ResponseComplete, Panic; left out: RequestReceived\n"
        "rule:    12 of 13, asked for at secrets.yaml:8:31\n"
        "\n"
        "  - level: Request\n"
        "    namespaces:\n"
        "    - shop\n"
        "    resources:\n"
        '    - group: ""\n'
        "      resources:\n"
        "      - services\n"
        "    - group: apps\n"
        "      resources:\n"
        "      - deployments\n"
    )


def test_json_has_the_same(explain: Ran) -> None:
    code, out, err = explain(
        "--verb=get", "--url=/version", "--policy=policy.yaml", "--format=json"
    )

    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "request": {"user": None, "groups": ["system:authenticated"], "verb": "get", "path": "/version"},
        "level": "Request",
        "written": {"metadata": True, "requestBody": False, "responseBody": False},
        "omitStages": ["RequestReceived"],
        "rule": {
            "number": 3, "of": 3, "body": {"level": "Request", "nonResourceURLs": ["*"]},
            "yaml": '- level: Request\n  nonResourceURLs:\n  - "*"\n', "from": "the file",
            "places": [{"file": "policy.yaml", "line": 10, "column": 3}],
        },
        "notes": ["without --user this is somebody whom no rule names"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "level", "rule", "notes"),
    [
        pytest.param(
            ["--verb=get", "--resource=secrets", "-n=shop", "--name=db", "--user=jane"], "RequestResponse", 2,
            ["ResponseComplete is left out, where what was answered and refused is written"], id="a stage that matters",
        ),
        pytest.param(
            ["--verb=list", "--resource=secrets", "--user=jane"], "None", None,
            ["without --namespace this is a request for what has none, or for all namespaces (`-A`): a rule with "
             "`namespaces` matches it by an empty name alone", "no rule matches, and what no rule matches is not logged"],
            id="all namespaces",
        ),
        pytest.param(
            ["--verb=get", "--resource=secrets", "-n=a", "--name=b", "--as-service-account=shop/api"], "None", 1,
            ["nothing of this request is logged, a refusal of it neither"], id="the groups of an account",
        ),
        pytest.param(
            ["--verb=get", "--resource=secrets", "-n=a", "--name=b", "--user=system:serviceaccount:shop:api"],
            "None", 1, ["nothing of this request is logged, a refusal of it neither"], id="an account as a user",
        ),
        pytest.param(
            ["--verb=create", "--resource=secrets", "-n=shop", "--name=db", "--refused-login"], "RequestResponse", 2,
            ["a refused login (401) has no user, so that no rule with `users` or `userGroups` matches",
             "the URL of a create holds no name, so that no rule with `resourceNames` matches",
             "a refused login is written at ResponseStarted alone"], id="a refused login, and a name that is not in the URL",
        ),
        pytest.param(
            ["--verb=watch", "--resource=secrets", "-n=shop", "--name=db", "--user=system:node:a"], "RequestResponse", 2,
            ["a kubelet is in the group system:nodes: add --group system:nodes",
             "a watch has a name where its field selector is metadata.name=db",
             "ResponseComplete is left out, where what was answered and refused is written",
             "what a watch brings is not written, only the answer to one that is refused"], id="a watch of one by a node",
        ),
        pytest.param(
            ["--verb=delete", "--resource=pods", "-n=shop", "--user=jane"], "RequestResponse", 2,
            ["without --name no rule with `resourceNames` matches, and every delete has one",
             "ResponseComplete is left out, where what was answered and refused is written"], id="no name",
        ),
    ],
)  # fmt: skip
def test_what_is_notable_is_said(
    explain: Ran, arguments: list[str], level: str, rule: int | None, notes: list[str]
) -> None:
    code, out, _ = explain(*arguments, "--policy=policy.yaml", "--format=json")
    found = json.loads(out)

    assert (code, found["level"], found["rule"] and found["rule"]["number"]) == (0, level, rule)
    assert found["notes"] == notes


def test_a_refused_login_is_lost_where_its_stage_is_left_out(explain: Ran, folder: Path) -> None:
    (folder / "policy.yaml").write_text(POLICY.replace("RequestReceived", "ResponseStarted"))

    _, out, _ = explain("--verb=get", "--url=/", "--refused-login", "--policy=policy.yaml")

    assert (
        "note: a refused login is written at ResponseStarted alone, which is left out: it is lost\n"
        in out
    )


def test_noise_floor_and_the_rest_say_what_they_are(explain: Ran) -> None:
    found = []
    for arguments in (
        ["--verb=get", "--url=/livez", "--user=system:anonymous"],
        ["--verb=get", "--url=/livez", "--user=jane"],
        ["--verb=get", "--resource=secrets", "-n=shop", "--name=db"],
        ["--verb=create", "--resource=pods", "--subresource=exec", "-n=shop", "--name=db"],
        ["--verb=create", "--resource=roles.rbac.authorization.k8s.io", "-n=shop"],
    ):
        rule = json.loads(explain(*arguments, "--format=json")[1])["rule"]
        found.append((rule["number"], rule["from"]))

    assert found == [
        (1, "noise: probes of the API server's health"), (13, "the rule for everything else"),
        (9, "the floor that keeps secrets out of the log"), (10, "the rule for exec and proxies"),
        (11, "the rule for changes of RBAC"),
    ]  # fmt: skip


def test_every_file_that_asked_is_named(explain: Ran, folder: Path) -> None:
    (folder / "platform.yaml").write_text(PLATFORM % "kubeadm")
    (folder / "b").mkdir()
    (folder / "b" / "secrets.yaml").write_text(APP.replace("name: shop", "name: b"))

    asked = json.loads(
        explain("--verb=delete", "--resource=services", "-n=shop", "--name=a", "--format=json")[1]
    )
    both = json.loads(
        explain("--verb=update", "--resource=services", "-n=shop", "--name=a", "--format=json")[1]
    )

    assert [place["file"] for place in asked["rule"]["places"]] == ["platform.yaml"]
    assert [place["file"] for place in both["rule"]["places"]] == ["b/secrets.yaml", "secrets.yaml"]
    assert both["rule"]["number"] == 5  # no noise before it


@pytest.mark.parametrize(
    ("provider", "cloud", "logs"),
    [
        ("eks", "EKS", "CloudWatch"), ("gke", "GKE", "Data Access logs"),
        ("aks", "AKS", "kube-audit"), ("openshift", "OpenShift", "the profile in `spec.audit`"),
    ],
)  # fmt: skip
def test_on_a_managed_cluster_there_is_no_policy_to_ask(
    explain: Ran, folder: Path, provider: str, cloud: str, logs: str
) -> None:
    (folder / "platform.yaml").write_text(PLATFORM % provider)

    code, out, err = explain("--verb=get", "--resource=secrets", "-n=shop", "--name=db")

    assert (code, out) == (1, "")
    assert err.startswith(f"error[SK459]: on {cloud} no audit Policy is ours to write")
    assert logs in err
    assert f"`secretkit audit queries --for {provider}`" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--verb=get", "--resource=Secret"], "plural and lower-case, with their group: secrets"),
        (["--verb=get", "--resource=secret"], "plural and lower-case, with their group: secrets"),
        (["--verb=get", "--resource=cm"], "with their group: configmaps"),
        (["--verb=get", "--resource=NetworkPolicy"], "with their group: networkpolicies.networking.k8s.io"),
        (["--verb=get", "--resource=Ingress.networking.k8s.io"], "with their group: ingresses.networking.k8s.io"),
        (["--verb=get", "--resource=deployments"], "with their group: deployments.apps"),
        (["--verb=get", "--resource=deploy/scale"], "with their group: deployments/scale.apps"),
        (["--verb=get", "--resource=secretz"], "no such resource, did you mean `secrets`?"),
        (["--verb=get", "--resource=pods/*"], "a request names one resource, and no wildcard"),
        (["--verb=get", "--resource=Widgets.example.com"], "write RESOURCE[/SUBRESOURCE][.GROUP]"),
        (["--verb=get", "--resource=pods/exec", "--subresource=log"], "--resource pods/exec has another"),
        (["--verb=GET", "--resource=pods"], "no verb of a resource, did you mean `get`?"),
        (["--verb=post", "--resource=pods"], "did you mean `create`?"),
        (["--verb=GET", "--url=/"], "the HTTP method in lower case, did you mean `get`?"),
        (["--verb=list", "--url=/"], "known: get, head, post, put, patch, delete, options"),
        (["--verb=get", "--url=livez"], "a path begins with `/`"),
        (["--verb=get", "--url=/api/v1/secrets"], "the URL of a resource: use --resource"),
        (["--verb=get", "--url=/", "-n=a"], "--namespace is of a resource"),
        (["--verb=get"], "either --resource or --url"),
        (["--verb=get", "--url=/", "--resource=pods"], "either --resource or --url"),
        (["--verb=get", "--url=/", "--user="], "--user: empty"),
        (["--verb=get", "--url=/", "--user=a", "--as-service-account=a/b"], "name one of them"),
        (["--verb=get", "--url=/", "--as-service-account=a"], "write NAMESPACE/NAME"),
        (["--verb=get", "--url=/", "--user=system:serviceaccount:a"], "NAMESPACE:NAME"),
        (["--verb=get", "--url=/", "--refused-login", "--group=a"], "has no user and no group"),
        (["--verb=get", "--resource=pods", "--name=a/b"], "holds no `/`"),
        (["--verb=get", "--url=/", "--policy=policy.yaml", "."], "so PATH has nothing to say"),
        (["--verb=get", "--url=/", "--policy=policy.yaml", "--env=a"], "so --env has nothing to say"),
        (["--verb=get", "--url=/", "--policy=gone.yaml"], "gone.yaml: no such file"),
        (["--verb=get", "--url=/", "--policy=."], "a folder, and a file is needed"),
        (["--url=/"], "--verb"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_told_what_is_meant(
    explain: Ran, arguments: list[str], words: str
) -> None:
    code, out, err = explain(*arguments)

    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_errors_of_the_input_and_of_a_policy_are_exit_1_and_no_answer(
    explain: Ran, folder: Path
) -> None:
    (folder / "secrets.yaml").write_text(APP.replace("level: Request", "level: All"))
    (folder / "policy.yaml").write_text(POLICY.replace("namespaces:", "namespace:"))

    compiled = explain("--verb=get", "--url=/")
    given = explain("--verb=get", "--url=/", "--policy=policy.yaml")

    assert (compiled[:2], given[:2]) == ((1, ""), (1, ""))
    assert "secrets.yaml:7:16" in compiled[2]
    assert "error[SK440]: `namespace` is no field of a rule, did you mean `namespaces`?" in given[2]


@pytest.mark.parametrize("text", ["", "# none yet\n"], ids=["no byte", "a comment alone"])
def test_an_empty_policy_is_none(explain: Ran, folder: Path, text: str) -> None:
    (folder / "policy.yaml").write_text(text)

    code, out, err = explain("--verb=get", "--url=/", "--policy=policy.yaml")

    assert (code, out) == (1, "")
    assert err.startswith(
        "error[SK442]: this is an empty file, not kind Policy of audit.k8s.io/v1\n"
    )
    assert "fix: begin with `apiVersion: audit.k8s.io/v1` and `kind: Policy`" in err
    assert "GitOps" not in err


def test_a_policy_comes_in_on_stdin(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "secretkit", "audit", "explain", "--policy=-", "--verb=get", "--url=/"],
        input=POLICY.replace("level: Request\n", "level: request\n"), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (1, "")
    assert "<stdin>:10:10" in done.stderr
    assert folder.exists()
