"""A real kube-apiserver on loopback, with etcd behind it, that leaves nothing when it ends.

Everything it writes lies in a temporary folder, kubectl's own files too. Each process stands in a
session of its own, is killed when its context ends, and by the kernel if we are killed first.
"""

import base64
import csv
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, NamedTuple, Protocol, Self, TypeAlias, TypeVar

import yaml

from . import programs

JsonObject: TypeAlias = dict[str, Any]

SECONDS_TO_START = 90  # two seconds when idle; a build may run beside us on two cores
SECONDS_FOR_KUBECTL = 60
DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

# Runs before the program, in its process: the kernel kills it when its parent's thread ends. A
# preexec_fn would do the same but is unsafe beside threads. argv: our own id, then the command.
DIES_WITH_PARENT = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != int(sys.argv[1]):
        sys.exit("the parent was gone already")
os.execv(sys.argv[2], sys.argv[2:])
"""


class StartFailed(Exception):
    """A server did not become ready; the message ends with the tail of its log."""


class KubectlFailed(Exception):
    """kubectl ended with an exit code that the caller did not ask to see."""


class Diff(NamedTuple):
    """What `kubectl diff` said: exit code 0 is no drift, 1 is drift, shown in the output."""

    code: int
    output: str


class Process:
    """A program that runs until `stop()`, in its own group, with its output in a log file."""

    def __init__(self, program: Path, arguments: Iterable[str], log: Path, home: Path) -> None:
        self.log_file = log
        guard = [sys.executable, "-I", "-S", "-c", DIES_WITH_PARENT, str(os.getpid())]
        with log.open("ab") as out:
            self._child = subprocess.Popen(
                [*guard, program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=_plain_environment(home),
                cwd=home,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The id of the process, and of its group."""
        return self._child.pid

    def stop(self) -> None:
        """Kills the whole group, at once: what the servers hold is thrown away anyway."""
        if self._child.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
            self._child.wait()

    def wait_until(self, ready: Callable[[], bool], seconds: float = SECONDS_TO_START) -> None:
        """Polls until `ready()`; raises StartFailed if the process ends or time runs out first."""
        until = time.monotonic() + seconds
        while not ready():
            code = self._child.poll()
            if code is not None:
                raise StartFailed(f"{self.log_file.stem} ended with {code}:\n{self.log()[-4000:]}")
            if time.monotonic() > until:
                late = f"{self.log_file.stem} was not ready within {seconds} s"
                raise StartFailed(f"{late}:\n{self.log()[-4000:]}")
            time.sleep(0.05)

    def log(self) -> str:
        """All that the program has written so far."""
        return self.log_file.read_text(errors="replace")


class Running:
    """A context with a temporary folder, which ends its processes and the folder in all cases."""

    def __init__(self) -> None:
        self.processes: list[Process] = []

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:  # Ctrl-C while we wait as well
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _start(self) -> None:
        raise NotImplementedError

    def _make_folder(self, prefix: str) -> Path:
        self.folder = Path(tempfile.mkdtemp(prefix=f"secretkit-{prefix}-"))
        return self.folder

    def stop(self) -> None:
        """Ends all; harmless when called again."""
        for process in reversed(self.processes):
            process.stop()
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder, ignore_errors=True)


R = TypeVar("R", bound=Running)


class Etcd(Running):
    """An etcd, with the keys that all servers on it must share: several ApiServers may use it."""

    def _start(self) -> None:
        etcd, openssl = programs.find("etcd"), programs.find("openssl")
        folder = self._make_folder("etcd")
        self.url = f"http://127.0.0.1:{free_port()}"
        self.process = Process(
            etcd,
            [
                f"--data-dir={folder / 'data'}",
                f"--listen-client-urls={self.url}",
                f"--advertise-client-urls={self.url}",
                "--listen-peer-urls=http://127.0.0.1:0",
                "--unsafe-no-fsync",
            ],
            log=folder / "etcd.log",
            home=folder,
        )
        self.processes.append(self.process)
        self.account_key = folder / "sa.key"
        # In this form, and not in PKCS#8, kube-apiserver reads the public half out of it too.
        curve = ["ecparam", "-name", "prime256v1", "-genkey", "-noout"]
        command: list[str | Path] = [openssl, *curve, "-out", self.account_key]
        subprocess.run(command, check=True, capture_output=True)
        self.process.wait_until(self._is_healthy)

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return b'"true"' in answer.read()
        except OSError:
            return False

    def read(self, key: str) -> bytes:
        """The stored bytes of a key like `/registry/secrets/NS/NAME`; KeyError if there is none."""
        question = json.dumps({"key": base64.b64encode(key.encode()).decode()}).encode()
        with urllib.request.urlopen(f"{self.url}/v3/kv/range", question, timeout=10) as answer:
            found = json.load(answer).get("kvs", [])
        if not found:
            raise KeyError(key)
        return base64.b64decode(found[0]["value"])


class Reply(NamedTuple):
    """What the server answered to a request: the status code, and as much of the body as was read."""

    code: int
    body: bytes


class Start(Protocol):
    """The fixture `start`: begins a server that ends with the test."""

    def __call__(self, server: R, /) -> R: ...


class ApiServer(Running):
    """A kube-apiserver, ready when the context begins.

    `emulated_version` is the release whose APIs and features it serves, `program` may be one that is
    of another release itself: `kube-apiserver-1.34`. Without `etcd` it brings its own; one that is
    given is not ended with it. `encryption` and `audit` are texts of an EncryptionConfiguration and an
    audit Policy, `users` others than admin with their groups, each with a token of its own, `flags`
    any other flags. Raises programs.Missing where the machine lacks a program, StartFailed where the
    server refuses.
    """

    def __init__(
        self,
        *,
        program: str = "kube-apiserver",
        emulated_version: str = "1.34",
        etcd: Etcd | None = None,
        encryption: str | None = None,
        audit: str | None = None,
        users: Mapping[str, Sequence[str]] = MappingProxyType({}),
        authorization_mode: str = "RBAC",
        flags: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.program = program
        self.emulated_version = emulated_version
        self._given_etcd = etcd
        self._encryption = encryption
        self._audit = audit
        self._users = users
        self._authorization_mode = authorization_mode
        self._flags = flags
        self._connection: http.client.HTTPSConnection | None = None  # open between two requests

    def _start(self) -> None:
        program, self._kubectl = programs.find(self.program), programs.find("kubectl")
        _check_emulation(program, self.emulated_version)
        self.etcd = self._given_etcd or Etcd().__enter__()
        folder = self._make_folder("apiserver")
        port = free_port()
        self.url = f"https://127.0.0.1:{port}"
        self.ca_file = folder / "certs" / "apiserver.crt"  # made at the start, and its own CA
        self.kubeconfig = folder / "kubeconfig"
        self.audit_log = folder / "audit.log"
        self._token = secrets.token_hex(16)
        self.tokens = {name: secrets.token_hex(16) for name in self._users} | {"admin": self._token}
        self._write_kubeconfig()
        arguments = [*self._arguments(port), *self._control_plane_flags(), *self._flags]
        self.process = Process(program, arguments, folder / "kube-apiserver.log", home=folder)
        self.processes.append(self.process)
        self.process.wait_until(self._is_ready)

    def stop(self) -> None:
        super().stop()
        if hasattr(self, "etcd") and self.etcd is not self._given_etcd:
            self.etcd.stop()

    @property
    def pids(self) -> list[int]:
        """The ids of all processes that this server has, its own etcd's too."""
        own = [] if self.etcd is self._given_etcd else self.etcd.processes
        return [process.pid for process in (*self.processes, *own)]

    def _arguments(self, port: int) -> list[str]:
        tokens = self.folder / "tokens.csv"
        groups = {**self._users, "admin": ["system:masters"]}
        with tokens.open("w", newline="") as file:
            for name, token in self.tokens.items():
                group = [",".join(groups[name])] if groups[name] else []
                csv.writer(file).writerow([token, name, name, *group])
        return [
            f"--etcd-servers={self.etcd.url}",
            "--bind-address=127.0.0.1",
            f"--secure-port={port}",
            f"--cert-dir={self.ca_file.parent}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self.etcd.account_key}",
            f"--service-account-signing-key-file={self.etcd.account_key}",
            f"--token-auth-file={tokens}",
            f"--authorization-mode={self._authorization_mode}",
            "--service-cluster-ip-range=10.0.0.0/24",
            # Nothing here makes a namespace's default account, which it would wait for.
            "--disable-admission-plugins=ServiceAccount",
            f"--emulated-version={self.emulated_version}",
        ]

    def _control_plane_flags(self) -> list[str]:
        flags = []
        if self._encryption is not None:
            path = self.folder / "encryption.yaml"
            path.write_text(self._encryption)
            flags.append(f"--encryption-provider-config={path}")
        if self._audit is not None:
            path = self.folder / "audit-policy.yaml"
            path.write_text(self._audit)
            flags += [f"--audit-policy-file={path}", f"--audit-log-path={self.audit_log}"]
        return flags

    def _write_kubeconfig(self) -> None:
        cluster = {"server": self.url, "certificate-authority": str(self.ca_file)}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": self._token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
            "current-context": "test",
        }
        self.kubeconfig.write_text(json.dumps(config))

    def _is_ready(self) -> bool:
        try:
            return self.fetch("/readyz") == b"ok"
        except OSError:  # no certificate yet, no listener yet, or an HTTP error
            return False

    def fetch(self, path: str, accept: str = "application/json") -> bytes:
        """A GET as admin without kubectl; raises urllib.error.HTTPError."""
        headers = {"Authorization": f"Bearer {self._token}", "Accept": accept}
        request = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=10, context=self._tls()) as answer:
            body: bytes = answer.read()
        return body

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca_file)
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # Go's certificate lacks an extension
        return context

    def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None,
        body: Any = None,
        headers: Mapping[str, str] = MappingProxyType({}),
        is_stream: bool = False,
    ) -> Reply:
        """One request as it stands, its body as JSON; of a stream no more than its start is awaited."""
        said = {"Content-Type": "application/json", **headers}
        if token is not None:
            said["Authorization"] = f"Bearer {token}"
        text = None if body is None else json.dumps(body)
        connection = self._connection or self._connect()
        self._connection = None
        connection.request(method, path, text, said)
        answer = connection.getresponse()
        if is_stream or answer.will_close:
            reply = Reply(answer.status, b"" if is_stream else answer.read())
            connection.close()
            return reply
        reply = Reply(answer.status, answer.read())
        self._connection = connection
        return reply

    def _connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            self.url.removeprefix("https://"), timeout=30, context=self._tls()
        )

    def log(self) -> str:
        """All that kube-apiserver has written so far."""
        return self.process.log()

    def kubectl(
        self,
        *arguments: str,
        input: str | None = None,  # noqa: A002 - named as in subprocess.run
        check: bool = True,
        user: str | None = None,
        groups: Sequence[str] = (),
        token: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Runs kubectl as admin, as `user` in `groups` by impersonation, or as `token`'s owner.

        A service account's user is `service_account(NAMESPACE, NAME)`; the server adds its groups.
        """
        who = [] if user is None else [f"--as={user}"]
        who += [f"--as-group={group}" for group in groups]
        who += [] if token is None else [f"--token={token}"]
        ran = subprocess.run(
            [self._kubectl, *who, *arguments],
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            timeout=SECONDS_FOR_KUBECTL,
            env={**_plain_environment(self.folder), "KUBECONFIG": str(self.kubeconfig)},
        )
        if check and ran.returncode:
            said = f"{ran.stderr}{ran.stdout}".strip()
            raise KubectlFailed(f"kubectl {' '.join(arguments)}: exit {ran.returncode}\n{said}")
        return ran

    def apply(
        self, manifests: str, *, namespace: str | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Applies server-side with strict validation: an unknown field is refused."""
        options = ["--server-side", "--validate=strict", *_as_secretkit(namespace)]
        return self.kubectl("apply", *options, "-f", "-", input=manifests, check=check)

    def diff(self, manifests: str, *, namespace: str | None = None) -> Diff:
        """What a second apply would change; raises KubectlFailed if that cannot be told."""
        options = ["--server-side", *_as_secretkit(namespace), "-f", "-"]
        ran = self.kubectl("diff", *options, input=manifests, check=False)
        if ran.returncode > 1 or (ran.returncode and not ran.stdout):
            raise KubectlFailed(f"kubectl diff: exit {ran.returncode}\n{ran.stderr}")
        return Diff(ran.returncode, ran.stdout + ran.stderr)

    def get(self, kind: str, name: str, namespace: str | None = None) -> JsonObject:
        """The object as the server holds it; raises KubectlFailed if there is none."""
        where = [] if namespace is None else [f"--namespace={namespace}"]
        found: JsonObject = json.loads(self.kubectl("get", kind, name, *where, "-o=json").stdout)
        return found

    def create_namespace(self, name: str | None = None) -> str:
        """Makes a namespace, of a random name if none is given, and returns its name."""
        name = name or f"test-{secrets.token_hex(5)}"
        self.kubectl("create", "namespace", name)
        return name

    def install_crds(self, folder: Path) -> list[str]:
        """Applies every CRD that lies directly in the folder and waits until all are served.

        Returns their names. Raises programs.Missing where the folder holds none.
        """
        crds = list(_crds_in(folder))
        if not crds:
            raise programs.Missing(f"no CRDs in {folder.name}: the folder is absent or empty")
        objects = json.dumps({"apiVersion": "v1", "kind": "List", "items": crds})
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", input=objects)
        wanted = {served for crd in crds for served in _served(crd)}
        # Discovery lists what is Established, and is what kubectl needs to know a kind. `kubectl
        # wait` looks at one CRD after the other: four seconds for thirty.
        self.process.wait_until(lambda: wanted <= self._discovered())
        return [str(crd["metadata"]["name"]) for crd in crds]

    def _discovered(self) -> set[tuple[str, str, str]]:
        found = json.loads(self.fetch("/apis", accept=DISCOVERY))
        return {
            (group["metadata"]["name"], version["version"], resource["resource"])
            for group in found["items"]
            for version in group["versions"]
            for resource in version.get("resources", [])
        }


_MIGRATOR = 'controller="storage-version-migrator-controller"'
_STARTED = re.compile(f'"Starting" (logger=.* )?{_MIGRATOR}')
_SKIPPED = f'"Warning: skipping controller" {_MIGRATOR}'


class ControllerManager(Running):
    """Those controllers of the server's own release that migrate its stored objects."""

    def __init__(self, server: ApiServer, *, flags: Sequence[str] = ()) -> None:
        super().__init__()
        self._server = server
        self._flags = flags

    def _start(self) -> None:
        name = self._server.program.replace("kube-apiserver", "kube-controller-manager")
        program = programs.find(name)
        folder = self._make_folder("controllers")
        arguments = [
            f"--kubeconfig={self._server.kubeconfig}",
            f"--service-account-private-key-file={self._server.etcd.account_key}",
            f"--emulated-version={self._server.emulated_version}",
            "--leader-elect=false",
            "--secure-port=0",
            # The migrator asks the garbage collector's cache for what there is.
            "--controllers=garbage-collector-controller,storage-version-migrator-controller",
            *self._flags,
        ]
        log = folder / "kube-controller-manager.log"
        self.process = Process(program, arguments, log, home=folder)
        self.processes.append(self.process)
        self.process.wait_until(self._has_begun)

    def _has_begun(self) -> bool:
        log = self.process.log()
        if _SKIPPED in log:
            raise StartFailed(f"{self.process.log_file.stem} skips the migrator:\n{log[-4000:]}")
        return _STARTED.search(log) is not None


def service_account(namespace: str, name: str) -> str:
    """The user name that a ServiceAccount has, for `kubectl(user=...)`."""
    return f"system:serviceaccount:{namespace}:{name}"


def free_port() -> int:
    """A loopback port that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _plain_environment(home: Path) -> dict[str, str]:
    """Nothing of the caller's settings (ETCD_*, KUBECTL_*, kuberc, proxies) reaches a program."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "TMPDIR": str(home)}


def _as_secretkit(namespace: str | None) -> list[str]:
    where = [] if namespace is None else [f"--namespace={namespace}"]
    return ["--field-manager=secretkit", *where]


def _check_emulation(program: Path, wanted: str) -> None:
    """Raises Missing if this release cannot play the wanted one: it offers the last four minors."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    newest = int(said.stdout.split("v1.")[1].split(".")[0])
    if not newest - 3 <= int(wanted.split(".")[1]) <= newest:
        raise programs.Missing(f"{said.stdout.strip()} here does not emulate {wanted}")


def _crds_in(folder: Path) -> Iterable[JsonObject]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(folder.glob("*.yaml")):
        for crd in yaml.load_all(path.read_text(encoding="utf-8"), Loader=loader):
            if crd and crd.get("kind") == "CustomResourceDefinition":
                # It names a webhook, which does not run here.
                crd["spec"].pop("conversion", None)
                yield crd


def _served(crd: JsonObject) -> Iterable[tuple[str, str, str]]:
    spec = crd["spec"]
    for version in spec["versions"]:
        if version["served"]:
            yield spec["group"], version["name"], spec["names"]["plural"]
