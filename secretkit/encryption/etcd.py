"""Looks at stored objects through etcdctl: at the first bytes of each, which are never kept or shown."""

import base64
import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from secretkit.encryption import running, storage
from secretkit.encryption.verdict import Storage
from secretkit.model.builtin import BUILTIN, GROUPS
from secretkit.model.control_plane import Encryption
from secretkit.target import Target

PAGE = 200  # objects a request: what etcd, etcdctl and we hold at a time
SECONDS = 60.0  # a page, at most

# A value's head in base64, and a key of etcd, which is shorter still.
_HEAD = (storage.HEAD + 2) // 3 * 4
_LONGEST = 8_192


class Access(NamedTuple):
    """How etcd is reached; what is None is left to etcdctl's own variables and defaults."""

    endpoints: str | None = None
    cacert: str | None = None
    cert: str | None = None
    key: str | None = None
    prefix: str = "/registry"

    @property
    def environment(self) -> dict[str, str]:
        """Options go by the environment: on a command line they would meet etcdctl's own variables."""
        own = dict(os.environ)
        for name in ("ETCDCTL_WRITE_OUT", "ETCDCTL_DEBUG", "ETCDCTL_HEX"):
            own.pop(name, None)  # they change what comes out; with DEBUG it holds the password
        given = {
            "ETCDCTL_API": "3",
            "ETCDCTL_ENDPOINTS": self.endpoints,
            "ETCDCTL_CACERT": self.cacert,
            "ETCDCTL_CERT": self.cert,
            "ETCDCTL_KEY": self.key,
        }
        own.setdefault("ETCDCTL_COMMAND_TIMEOUT", "30s")
        return own | {name: value for name, value in given.items() if value is not None}

    @property
    def root(self) -> str:
        """The prefix as the API server has it: one slash at either end."""
        return f"/{self.prefix.strip('/')}/" if self.prefix.strip("/") else "/"


def look(access: Access, encryption: Encryption, target: Target) -> Storage:
    """Counts the objects of the declared resources by their form.

    Raises Usage where there is no etcdctl. What etcd refuses is said to be unseen.
    """
    tally = storage.Tally(storage.forms(encryption, target), encryption.covers)
    unseen: list[str] = []
    try:
        if next(_paths(access, "namespaces/"), None) is None:
            return Storage(
                unseen=(f"etcd holds no namespaces below {access.root}: is that the prefix?",)
            )
        for one in storage.ranges(encryption.kinds):
            if one.kind:
                tally.expect(str(one.kind))
            is_empty = True
            for path, head in _objects(access, one.path):
                tally.add(path, head)
                is_empty = False
            if is_empty and not _is_known(access, one):
                name = one.kind or f"*.{one.path[:-1]}"
                unseen.append(f"{name}: this etcd holds no such objects, and no CRD of that name")
    except running.Failed as failed:
        # What was counted is not all, and half a count would mislead.
        return Storage(unseen=(f"etcd: {failed}",))
    return Storage(tally.result(), tuple(sorted(tally.never.items())), tuple(unseen))


def _is_known(access: Access, one: storage.Range) -> bool:
    """Whether a resource or group of which etcd holds none would be where we looked."""
    if one.kind is None:
        group = one.path[:-1]
        crds = (path for path, _ in _objects(access, f"{storage.CRDS}/", "--keys-only"))
        return group in GROUPS or any(path.endswith(f".{group}") for path in crds)
    crd = storage.definition(one.kind)
    if one.kind in BUILTIN or crd is None:
        return one.kind in BUILTIN
    return next(_paths(access, crd), None) == crd


def _paths(access: Access, start: str) -> Iterator[str]:
    """The first path that begins so, without its value."""
    for path, _ in _page(access, start, _end(access.root + start), ["--keys-only"], limit=1):
        yield path


def _objects(access: Access, start: str, *more: str) -> Iterator[tuple[str, bytes]]:
    """Path below the prefix and first bytes of every object that begins with `start`, page by page.

    The next page begins with the last path of the one before, which is then passed over: no
    argument can hold the byte that would come after it.
    """
    end = _end(access.root + start)
    last = start
    while True:
        count, previous = 0, last
        for path, head in _page(access, previous, end, more, PAGE):
            count, last = count + 1, path
            if path != previous or path == start:
                yield path, head
        if count < PAGE:
            return


def _end(start: str) -> str:
    """The first text after all that begin with `start`."""
    return start[:-1] + chr(ord(start[-1]) + 1)


def _page(
    access: Access, start: str, end: str, more: Iterable[str], limit: int
) -> Iterator[tuple[str, bytes]]:
    words = [
        *running.command("ETCDCTL", "etcdctl"), "get", access.root + start, end,
        f"--limit={limit}", "--write-out=json", *more,
    ]  # fmt: skip
    chunks = running.output(words, access.environment, SECONDS, "ETCDCTL")
    for key, head in pairs(chunks):
        yield key.decode("utf-8", "replace").removeprefix(access.root), head


def pairs(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Keys and heads of values out of etcdctl's JSON, which is never held whole.

    Raises Failed on what is not that JSON.
    """
    key: bytes | None = None
    wanted = b""
    is_answer = False
    for text in _strings(chunks):
        if wanted == b"key":
            if key is not None:
                yield key, b""  # an empty value is left out
            key, wanted = base64.b64decode(text), b""
        elif wanted == b"value":
            if key is not None:
                yield key, base64.b64decode(text[:_HEAD])
            key, wanted = None, b""
        elif text in (
            b"key",
            b"value",
        ):  # base64 has four letters, or eight: it is never one of them
            wanted = text
        is_answer = is_answer or text == b"header"
    if key is not None:
        yield key, b""
    if not is_answer:
        raise running.Failed("what etcdctl answers is not its JSON")


def _strings(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The strings of a JSON text that has none with a quote in it; of a long one its beginning."""
    inside = False
    text = bytearray()
    for chunk in chunks:
        for number, part in enumerate(chunk.split(b'"')):
            if number:
                if inside:
                    yield bytes(text)
                    text.clear()
                inside = not inside
            if inside:
                text += part[: _LONGEST - len(text)]
