"""What was seen of an encryption at rest, as text or as one JSON object. No byte of a value is in it."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from secretkit.encryption.metrics import Loaded, Operations
from secretkit.encryption.storage import Form, Stored, printable
from secretkit.encryption.verdict import Server, Storage, Verdict


class Seen(NamedTuple):
    """All that was looked at; None where nobody asked for it."""

    writer: Form
    storage: Storage | None
    servers: tuple[Server, ...] | None
    config: str | None  # the hash of the file that the servers should have
    rewritten: Verdict | None
    rolled: Verdict | None

    @property
    def verdict(self) -> Verdict:
        """What holds of all that was asked."""
        return (self.rewritten or Verdict()) & (self.rolled or Verdict())

    @property
    def unasked(self) -> tuple[str, ...]:
        found = []
        if self.rewritten is None:
            found.append("how objects are stored (--etcd, --etcd-endpoints)")
        if self.rolled is None:
            found.append("what the API servers have loaded (--server, --kubeconfig)")
        return tuple(found)


def text(seen: Seen) -> str:
    """For a reader: what is there, then what is wrong with it, then what nobody saw."""
    lines = [f"written today: {seen.writer}"]
    if seen.storage is not None:
        lines += _storage(seen.storage)
    for server in seen.servers or ():
        lines += _server(server, seen)
    for title, found in (
        ("not as declared", seen.verdict.wrong),
        ("not seen", seen.verdict.unseen),
        ("not asked for", seen.unasked),
    ):
        if found:
            lines += [f"{title}:", *(f"  {one}" for one in found)]
    if seen.verdict.holds:
        lines.append("all that was asked for was seen, and is as declared")
    return "".join(f"{line}\n" for line in lines)


def _storage(storage: Storage) -> Iterator[str]:
    if storage.stored:
        yield "stored in etcd:"
        width = max(len(one.resource) for one in storage.stored)
        for one in storage.stored:
            counts = ", ".join(f"{count} {form}" for form, count in one.counts) or "none"
            yield f"  {printable(one.resource):{width}}  {counts}"
    if any(form.provider == "kms" for one in storage.stored for form, _ in one.counts):
        yield "  (of KMS the plugin's name is seen, not which of its keys was used)"
    if storage.never:
        counts = ", ".join(f"{count} {name}" for name, count in storage.never)
        yield f"  never encrypted, whatever is declared: {counts}"


def _server(server: Server, seen: Seen) -> Iterator[str]:
    yield f"{printable(server.name)}:"
    loaded = server.loaded
    if loaded is None:
        yield f"  {server.unseen}"
        return
    if loaded.config:
        same = " (the file of --config)" if loaded.config == seen.config else ""
        yield f"  has loaded {printable(loaded.config)}{same}"
    if loaded.successes or loaded.failures:
        yield f"  automatic reloads since its start: {loaded.successes} done, {loaded.failures} failed"
    for plugin in loaded.plugins:
        yield f"  kms {printable(plugin.provider)} names key {printable(plugin.key_hash)} at {plugin.at:.0f}"
    counts = list(_operations(loaded, seen.storage.stored if seen.storage else ()))
    if counts:
        yield "  counts since its start, which prove nothing of what is stored:"
        yield from (f"    {line}" for line in counts)


def _operations(loaded: Loaded, stored: Sequence[Stored]) -> Iterator[str]:
    """The counts of encrypted values, and of the resources that were looked at in etcd."""
    known = {one.resource for one in stored}
    for one in loaded.operations:
        if one.resource in known or one.prefix != "identity":
            yield _operation(one)


def _operation(one: Operations) -> str:
    did = {"from_storage": "read", "to_storage": "written"}.get(one.kind, one.kind)
    status = "" if one.status == "OK" else f" ({one.status})"
    form = "plain, not encrypted" if one.prefix == "identity" else one.prefix
    words = (one.resource or "all", f"{one.times} {did} as {form}{status}")
    return printable(": ".join(words))


def json_object(seen: Seen) -> dict[str, Any]:
    """For a program: the same, and `holds` says what the exit code does."""
    storage, servers = seen.storage, seen.servers
    return {
        "holds": seen.verdict.holds,
        "writer": _form(seen.writer),
        "stored": None if storage is None else [_stored(one) for one in storage.stored],
        "neverEncrypted": None if storage is None else dict(storage.never),
        "config": seen.config,
        "servers": None if servers is None else [_loaded(one) for one in servers],
        "wrong": list(seen.verdict.wrong),
        "unseen": list(seen.verdict.unseen),
        "unasked": list(seen.unasked),
    }


def _form(form: Form) -> dict[str, str]:
    return {name: value for name, value in form._asdict().items() if value}


def _stored(one: Stored) -> dict[str, Any]:
    return {
        "resource": one.resource,
        "objects": one.total,
        "forms": [{**_form(form), "objects": count} for form, count in one.counts],
        "strays": list(one.strays),
    }


def _loaded(server: Server) -> dict[str, Any]:
    loaded = server.loaded
    if loaded is None:
        return {"server": server.name, "unseen": server.unseen}
    return {
        "server": server.name,
        "identity": loaded.identity,
        "config": loaded.config,
        "reloads": {
            "done": loaded.successes, "failed": loaded.failures, "lastFailed": loaded.is_last_failed,
        },
        "operations": [one._asdict() for one in loaded.operations],
        "plugins": [{"name": one.provider, "keyHash": one.key_hash, "at": one.at} for one in loaded.plugins],
    }  # fmt: skip
