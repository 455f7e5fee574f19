"""API servers of one control plane, each with an encryption of its own, and clients that never stop."""

import base64
import http.client
import json
import secrets
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from . import programs
from .server import ApiServer, Etcd, Process, Running

RESTARTING = (429, 503)  # what a server says that has not begun, or is about to end


class Answer(NamedTuple):
    code: int  # 0 where no server answered
    body: dict[str, Any]


class Member(ApiServer):
    """One API server of several on an etcd; `load` restarts it with another file, or with none."""

    def __init__(
        self,
        etcd: Etcd,
        *,
        flags: tuple[str, ...] = (),
        program: str = "kube-apiserver",
        emulated_version: str = "1.37",
    ) -> None:
        super().__init__(etcd=etcd, flags=flags, program=program, emulated_version=emulated_version)
        self.encryption_file: Path | None = None

    def _control_plane_flags(self) -> list[str]:
        flags = super()._control_plane_flags()
        if self.encryption_file is not None:
            flags.append(f"--encryption-provider-config={self.encryption_file}")
        return flags

    def load(self, file: Path | None, *, is_ready: bool = True) -> None:
        """A restart, as an operator does it; `is_ready` says whether it must become ready."""
        self.encryption_file = file
        self.process.stop()
        self.processes.remove(self.process)
        port = urlsplit(self.url).port
        assert port
        arguments = [*self._arguments(port), *self._control_plane_flags(), *self._flags]
        program = programs.find(self.program)
        log = self.folder / f"kube-apiserver-{secrets.token_hex(3)}.log"
        self.process = Process(program, arguments, log, home=self.folder)
        self.processes.append(self.process)
        if is_ready:
            self.process.wait_until(self._is_ready)

    def send(
        self, method: str, path: str, body: Any = None, *, kind: str = "application/json"
    ) -> Answer:
        """One request as admin; an answer of code 0 where nobody listens."""
        context = ssl.create_default_context(cafile=self.ca_file)
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # Go's certificate lacks an extension
        where = urlsplit(self.url)
        connection = http.client.HTTPSConnection(
            str(where.hostname), where.port, timeout=10, context=context
        )
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": kind}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            with connection.getresponse() as answer:
                return Answer(answer.status, json.loads(answer.read() or b"{}"))
        except (OSError, http.client.HTTPException, ValueError):
            return Answer(0, {})
        finally:
            connection.close()

    def until_answered(
        self, method: str, path: str, body: Any = None, *, seconds: float = 30
    ) -> Answer:
        """The first answer of a server that is up; a restart is waited for."""
        until = time.monotonic() + seconds
        while True:
            answer = self.send(method, path, body)
            if answer.code and answer.code not in RESTARTING:
                return answer
            if time.monotonic() > until:
                return answer
            time.sleep(0.05)


class Plugin(Running):
    """A KMS v2 plugin on a socket of its own."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def _start(self) -> None:
        program = programs.find("kms-plugin")
        folder = self._make_folder("kms")
        self.socket = folder / "kms.sock"
        log = folder / "kms.log"
        self.processes.append(Process(program, [str(self.socket), self.name], log, home=folder))
        self.processes[0].wait_until(self.socket.exists)

    @property
    def endpoint(self) -> str:
        return f"unix://{self.socket}"


def secret(name: str, value: str) -> dict[str, Any]:
    """A Secret with one value, as a body to send."""
    data = {"value": base64.b64encode(value.encode()).decode()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data}


def path_of(namespace: str, name: str = "") -> str:
    return f"/api/v1/namespaces/{namespace}/secrets{'/' if name else ''}{name}"


class Client(Thread):
    """Writes, reads and lists on one server without a pause; what fails is in `failures`."""

    def __init__(self, member: Member, namespace: str, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.failures: list[tuple[str, str, Answer]] = []
        self.written: dict[str, str] = {}
        self.during = "the beginning"
        self.requests = 0
        self._member = member
        self._namespace = namespace
        self._end = Event()

    def run(self) -> None:
        number = 0
        while not self._end.is_set():
            number += 1
            name, value = f"{self.name}-{number % 7}", f"value {number}"
            if name in self.written:
                body = {**secret(name, value)}
                self._tell("update", "PUT", path_of(self._namespace, name), body)
            else:
                self._tell("create", "POST", path_of(self._namespace), secret(name, value))
            self.written[name] = value
            self._tell("read", "GET", path_of(self._namespace, name))
            self._tell("list", "GET", path_of(self._namespace))
            self._tell("list all", "GET", "/api/v1/secrets?limit=500")
            time.sleep(0.02)

    def _tell(self, what: str, method: str, path: str, body: Any = None) -> None:
        self.requests += 1
        answer = self._member.until_answered(method, path, body)
        # A create whose answer was lost in a restart is there when it is sent again.
        if answer.code == 409 and what == "create":
            return
        if not 200 <= answer.code < 300:
            self.failures.append((self.during, what, answer))

    def stop(self) -> None:
        self._end.set()
        self.join(60)


@contextmanager
def clients(members: list[Member], namespace: str) -> Iterator[list[Client]]:
    """A client for each member, for as long as the context lasts."""
    found = [Client(member, namespace, f"client-{at}") for at, member in enumerate(members)]
    for client in found:
        client.start()
    try:
        yield found
    finally:
        for client in found:
            client.stop()


def emptied(etcd: Etcd, prefix: str) -> None:
    """Deletes every key below a prefix behind the servers' backs."""
    import urllib.request

    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    question = {
        "key": base64.b64encode(prefix.encode()).decode(),
        "range_end": base64.b64encode(end.encode()).decode(),
    }
    url = f"{etcd.url}/v3/kv/deleterange"
    with urllib.request.urlopen(url, json.dumps(question).encode(), timeout=10):
        pass
