"""The real sealed-secrets controller beside an API server, and its certificates.

It reads the files of an account under one fixed path alone, so it runs in a mount namespace of its own,
where that path leads into our folder: this needs root, and leaves the machine as it is.
"""

import os
import shutil
import subprocess
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from . import programs
from .server import ApiServer, Process, Running, free_port

_NAMESPACE = "sealed-secrets"
_ACCOUNT = "/run/secrets/kubernetes.io/serviceaccount"  # /var/run is a link to /run
# $1 is the folder of the account; what follows it is the command.
_IN_ITS_OWN_MOUNTS = f"""
set -e
account=$1
shift
mount -t tmpfs none /run
mkdir -p {_ACCOUNT}
cp "$account"/* {_ACCOUNT}
exec "$@"
"""


class SealedSecrets(Running):
    """The controller, ready when the context begins. Raises programs.Missing where it cannot run."""

    def __init__(self, server: ApiServer, flags: Sequence[str] = ()) -> None:
        super().__init__()
        self._server = server
        self._flags = flags

    def _start(self) -> None:
        if os.geteuid() != 0:
            raise programs.Missing("the controller needs mounts of its own: run as root")
        unshare = shutil.which("unshare")
        if unshare is None:
            raise programs.Missing("no unshare here: install it (Debian: util-linux)")
        tried = subprocess.run([unshare, "-m", "mount", "-t", "tmpfs", "none", "/run"])
        if tried.returncode:
            raise programs.Missing("the controller needs mounts of its own, and none are allowed here")  # fmt: skip
        program = programs.find("sealed-secrets")
        folder = self._make_folder("sealed-secrets")
        account = folder / "account"
        account.mkdir()
        self._write_account(account)
        port, metrics = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        host, _, server_port = self._server.url.removeprefix("https://").rpartition(":")
        variables = [
            f"KUBERNETES_SERVICE_HOST={host}", f"KUBERNETES_SERVICE_PORT={server_port}",
        ]  # fmt: skip
        command = [
            "env", *variables, str(program), f"--listen-addr=127.0.0.1:{port}",
            f"--listen-metrics-addr=127.0.0.1:{metrics}", *self._flags,
        ]  # fmt: skip
        self.process = Process(
            Path(unshare),
            ["-m", "sh", "-c", _IN_ITS_OWN_MOUNTS, "sh", str(account), *command],
            log=folder / "controller.log",
            home=folder,
        )
        self.processes.append(self.process)
        self.process.wait_until(self._is_ready)

    def _write_account(self, folder: Path) -> None:
        kubectl = self._server.kubectl
        kubectl("create", "namespace", _NAMESPACE, check=False)  # a second controller finds it
        kubectl("create", "serviceaccount", "controller", f"--namespace={_NAMESPACE}", check=False)
        kubectl(
            "create", "clusterrolebinding", "sealed-secrets", "--clusterrole=cluster-admin",
            f"--serviceaccount={_NAMESPACE}:controller", check=False,
        )  # fmt: skip
        token = kubectl("create", "token", "controller", f"--namespace={_NAMESPACE}").stdout.strip()
        (folder / "token").write_text(token)
        (folder / "namespace").write_text(_NAMESPACE)
        shutil.copy(self._server.ca_file, folder / "ca.crt")

    def _is_ready(self) -> bool:
        try:
            return b"BEGIN CERTIFICATE" in self.certificate()
        except OSError:
            return False

    def certificate(self) -> bytes:
        """The newest certificate, as kubeseal fetches it."""
        with urllib.request.urlopen(f"{self.url}/v1/cert.pem", timeout=5) as answer:
            found: bytes = answer.read()
        return found

    def private_keys(self) -> str:
        """Its keys as a backup holds them: a List of Secrets."""
        label = "sealedsecrets.bitnami.com/sealed-secrets-key"
        where = f"--namespace={_NAMESPACE}"
        return self._server.kubectl("get", "secret", where, f"--selector={label}", "-o=yaml").stdout
