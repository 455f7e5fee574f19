"""`verify` where programs are missing, slow or talk nonsense; tests/cluster has the real ones."""

import base64
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from secretkit.encryption import running
from secretkit.encryption.api_servers import alive
from secretkit.finding import Usage

Run: TypeAlias = Callable[..., tuple[int, str, str]]

PLATFORM = """\
apiVersion: secretkit.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec:
  encryption:
    resources: [secrets]
    provider: secretbox
    readUnencrypted: true
    keys: [{name: key-1, state: active}]
"""
HEAD = "written today: secretbox:key-1\nnot seen:\n"
TAIL = "not asked for:\n  what the API servers have loaded (--server, --kubeconfig)\n"


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "platform.yaml").write_text(PLATFORM)
    return str(tmp_path / "platform.yaml")


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], str]:
    """A program of a few lines of shell."""

    def write(body: str) -> str:
        path = tmp_path / "program"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return str(path)

    return write


def test_without_a_source_they_are_named(file: str, ran: Run) -> None:
    code, out, err = ran("encryption", "verify", file)

    assert (code, out) == (2, "")
    assert err == (
        "error: nothing to look at: name etcd (--etcd-endpoints, or --etcd with ETCDCTL_* variables) or "
        "API servers (--kubeconfig, --context, --server)\n"
    )


def test_a_live_file_without_servers_is_wrong_usage(file: str, ran: Run) -> None:
    code, _, err = ran("encryption", "verify", file, "--etcd", "--config", file)

    assert code == 2
    assert err.startswith("error: --config is held against what API servers have loaded")


def test_a_program_that_is_missing_is_named(
    file: str, ran: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETCDCTL", "/no/such/etcdctl --debug")
    monkeypatch.setenv("KUBECTL", "/no/such/kubectl")

    etcd = ran("encryption", "verify", file, "--etcd")
    servers = ran("encryption", "verify", file, "--kubeconfig", "x")

    assert etcd == (
        2,
        "",
        "error: /no/such/etcdctl: no such file or directory (ETCDCTL names another)\n",
    )
    assert servers == (2, "", "error: /no/such/kubectl: no such file or directory (KUBECTL names another)\n")  # fmt: skip


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("echo nothing", "what etcdctl answers is not its JSON", id="nonsense"),
        pytest.param('echo "{\\"level\\":\\"warn\\"}" >&2; echo "Error: etcdserver: permission denied" >&2; exit 1',
                     "Error: etcdserver: permission denied", id="its last line"),
        pytest.param("exit 4", "ended with 4", id="no word"),
        pytest.param('printf "Error: user root:hunter2 at https://me:geheim@etcd \\033[31m" >&2; exit 1',
                     "Error: user root:*** at https://***@etcd \\x1b[31m", id="a password"),
        pytest.param('echo \'{"header":{},"kvs":[{"key":"L3Jl\'; exit 1', "ended with 1", id="half an answer"),
    ],
)  # fmt: skip
def test_what_etcdctl_fails_with_is_one_line(
    body: str,
    said: str,
    file: str,
    ran: Run,
    program: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ETCDCTL", program(body))
    monkeypatch.setenv("ETCDCTL_USER", "root:hunter2")

    assert ran("encryption", "verify", file, "--etcd") == (1, f"{HEAD}  etcd: {said}\n{TAIL}", "")


def test_options_reach_etcdctl_by_its_environment_and_no_password_by_its_arguments(
    file: str, ran: Run, program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # fmt: skip
    told = tmp_path / "told"
    monkeypatch.setenv("ETCDCTL", program(f'echo "$*|$ETCDCTL_ENDPOINTS|$ETCDCTL_CACERT|$ETCDCTL_DEBUG" >>{told}'))  # fmt: skip
    monkeypatch.setenv("ETCDCTL_ENDPOINTS", "https://a")
    monkeypatch.setenv("ETCDCTL_CACERT", "ca")
    monkeypatch.setenv("ETCDCTL_DEBUG", "true")

    ran("encryption", "verify", file, "--etcd-endpoints", "https://b", "--etcd-prefix", "x/y/")

    assert told.read_text() == (
        "get /x/y/namespaces/ /x/y/namespaces0 --limit=1 --write-out=json --keys-only|https://b|ca|\n"
    )


LIVE = """\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - secretbox: {keys: [{name: key-1, secret: AAECAwQFBgcICQoLDA0ODyAhIiMkJSYnKCkqKywtLi8=}]}
  - identity: {}
"""


@pytest.fixture
def loaded(
    tmp_path: Path, program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], str]:
    """A file that the only API server has loaded, by what a stand-in for kubectl says."""

    def write(text: str) -> str:
        path = tmp_path / "live.yaml"
        path.write_text(text)
        of = hashlib.sha256(text.encode()).hexdigest()
        identity = hashlib.sha256(b"one").hexdigest()
        metric = "apiserver_encryption_config_controller_last_config_info"
        labels = f'apiserver_id_hash="sha256:{identity}",hash="sha256:{of}"'
        answer = program(
            f"case $* in *metrics*) echo '{metric}{{{labels}}} 1' ;; "
            "*) echo one 2026-11-24T14:00:00.000000Z 3600 ;; esac"
        )
        monkeypatch.setenv("KUBECTL", answer)
        return str(path)

    return write


def test_an_api_server_that_does_not_answer_is_not_seen(
    file: str, ran: Run, program: Callable[[str], str], loaded: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    live = loaded(LIVE)
    monkeypatch.setenv("KUBECTL", program('echo "Unauthorized" >&2; exit 1'))

    code, out, err = ran("encryption", "verify", file, "--server", "https://a", "--config", live)

    assert (code, err) == (1, "")
    assert out == (
        "written today: secretbox:key-1\nhttps://a:\n  Unauthorized\nnot seen:\n"
        "  https://a: Unauthorized\n"
        "  how many API servers there are: their leases in kube-system were not read\n"
        "not asked for:\n  how objects are stored (--etcd, --etcd-endpoints)\n"
    )


NOBODY = "kubectl has no credentials for it: name a kubeconfig that has some (--kubeconfig FILE, --context NAME;"


def test_without_credentials_the_mend_is_told(
    file: str, ran: Run, program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """kubectl asks for a user's name then, and says EOF where nobody answers."""
    asks = "printf 'Please enter Username: '; echo 'error: EOF' >&2; exit 1"
    monkeypatch.setenv("KUBECTL", program(asks))

    code, out, _ = ran("encryption", "verify", file, "--server", "https://a")

    assert code == 1
    assert f"https://a:\n  {NOBODY}" in out
    assert "EOF" not in out


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl here")
def test_the_real_kubectl_without_credentials_is_understood(
    file: str, ran: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBECTL", raising=False)
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    _, out, _ = ran("encryption", "verify", file, "--server", "https://127.0.0.1:1")

    assert f"https://127.0.0.1:1:\n  {NOBODY}" in out


def test_what_is_written_in_the_clear_is_said_to_be(
    file: str, ran: Run, program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of such writes upstream leaves the provider empty. Those of other resources are left out."""
    counts = "".join(
        f'apiserver_storage_transformation_operations_total{{resource="{resource}",status="OK",'
        f'transformation_type="{kind}",transformer_prefix="{prefix}"}} {times}\n'
        for resource, kind, prefix, times in (
            ("secrets", "to_storage", "", 7),
            ("secrets", "from_storage", "identity", 5),
            ("pods", "to_storage", "", 9),
            ("secrets", "to_storage", "k8s:enc:secretbox:v1:", 3),
        )
    )
    (tmp := Path(file).parent / "metrics").write_text(counts)
    monkeypatch.setenv("KUBECTL", program(f"case $* in *metrics*) cat {tmp} ;; esac"))
    path, head = (base64.b64encode(one).decode() for one in (b"/registry/secrets/a/b", b"k8s\0"))
    answer = f'{{"header":{{}},"kvs":[{{"key":"{path}","value":"{head}"}}]}}'
    (Path(file).parent / "etcdctl").write_text(f"#!/bin/sh\necho '{answer}'\n")
    (Path(file).parent / "etcdctl").chmod(0o755)
    monkeypatch.setenv("ETCDCTL", str(Path(file).parent / "etcdctl"))

    where = ("--server", "https://a", "--etcd")
    _, out, _ = ran("encryption", "verify", file, *where)
    _, body, _ = ran("encryption", "verify", file, *where, "--format", "json")

    assert [line.strip() for line in out.splitlines() if " as " in line and line[:4] == "    "] == [
        "secrets: 5 read as plain, not encrypted",
        "secrets: 7 written as plain, not encrypted",
        "secrets: 3 written as k8s:enc:secretbox:v1:",
    ]
    found = json.loads(body)["servers"][0]["operations"]
    assert ("to_storage", "identity", 7) in [
        (one["kind"], one["prefix"], one["times"]) for one in found
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(LIVE, "", id="the declared one"),
        pytest.param(
            LIVE.replace("name: key-1", "name: key-0"),
            "providers of `secrets`: the secretbox key `key-0`, identity stand there; "
            "the secretbox key `key-1`, identity are declared", id="of the step before",
        ),
        pytest.param(
            LIVE.replace("[secrets]", "[configmaps]"),
            "resources: `secrets` are declared, and do not stand there", id="for something else",
        ),
        pytest.param("", "no API server loads it: this is no EncryptionConfiguration", id="an empty one"),
    ],
)  # fmt: skip
def test_a_live_file_is_the_declared_one(
    text: str, said: str, file: str, ran: Run, loaded: Callable[[str], str]
) -> None:
    live = loaded(text)
    where = ("--server", "https://a", "--config", live)

    code, out, _ = ran("encryption", "verify", file, *where)
    step, _, err = ran("encryption", "disable", file, *where)

    assert (code, step) == ((1, 1) if said else (0, 0))
    if said:
        assert f"not as declared:\n  {live} is not what is declared: " in out
        assert said in out
        assert "not every API server is known to have loaded what the file says now" in err
    assert "AAECAwQF" not in out + err


def test_a_live_file_that_cannot_be_read_is_wrong_usage(file: str, ran: Run) -> None:
    found = ran("encryption", "verify", file, "--server", "https://a", "--config", "/no/such")

    assert found == (2, "", "error: /no/such: no such file or directory\n")


def test_a_program_that_hangs_is_ended() -> None:
    begun = time.monotonic()

    with pytest.raises(running.Failed, match=r"gave no answer within 0\.3 s"):
        list(running.output([sys.executable, "-c", "import time; time.sleep(60)"], {}, 0.3, "X"))

    assert time.monotonic() - begun < 30


def test_a_command_line_that_is_none_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "k3s 'kubectl")

    with pytest.raises(Usage, match="X is no command line"):
        running.command("X", "kubectl")


def test_a_server_whose_lease_is_long_over_does_not_live() -> None:
    found = alive([
        ("a", "2026-11-24T14:00:00.000000Z", 3600),
        ("b", "2026-11-24T12:59:59.000000Z", 3600),
        ("c", "2026-11-24T13:00:00.000000Z", 3600),
    ])  # fmt: skip

    assert found is not None
    assert len(found) == 2
    assert found[0] == "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert alive([]) is None
