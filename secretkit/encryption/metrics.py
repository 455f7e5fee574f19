"""What an API server's metrics say of its encryption configuration.

Sources: k8s.io/apiserver, pkg/server/options/encryptionconfig/metrics, pkg/storage/value/metrics.go,
pkg/storage/value/encrypt/envelope/metrics.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from secretkit.lazy import lazily

_RELOADS = "apiserver_encryption_config_controller_automatic_reloads_total"
_LAST_RELOAD = "apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds"
_LOADED = "apiserver_encryption_config_controller_last_config_info"
_OPERATIONS = "apiserver_storage_transformation_operations_total"
_PLUGIN = "apiserver_envelope_encryption_key_id_hash_status_last_timestamp_seconds"
# Before 1.34 these stand beside the one with a label `status`.
_OLD_RELOADS = {
    "apiserver_encryption_config_controller_automatic_reload_success_total": "success",
    "apiserver_encryption_config_controller_automatic_reload_failures_total": "failure",
}
_WANTED = (_RELOADS, _LAST_RELOAD, _LOADED, _OPERATIONS, _PLUGIN, *_OLD_RELOADS)

_LINE = lazily(r"(\w+)(?:\{(.*)\})? (\S+)(?: -?[0-9]+)?\s*")
_LABEL = lazily(r'(\w+)="((?:[^"\\]|\\.)*)",?')
_ESCAPE = lazily(r"\\(.)")


class Sample(NamedTuple):
    name: str
    labels: dict[str, str]
    value: float


def samples(lines: Iterable[str]) -> Iterator[Sample]:
    """The samples of metrics in the text form, those alone that speak of encryption."""
    for line in lines:
        if not line.startswith(_WANTED):
            continue
        found = _LINE.fullmatch(line)
        if not found or found[1] not in _WANTED:
            continue
        try:
            value = float(found[3])
        except ValueError:
            continue
        labels = {one[1]: _unescaped(one[2]) for one in _LABEL.finditer(found[2] or "")}
        yield Sample(found[1], labels, value)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: {"n": "\n"}.get(found[1], found[1]), text)


class Operations(NamedTuple):
    """What a server did with values of a resource since its start, by the prefix that it met."""

    resource: str
    kind: str  # from_storage or to_storage
    prefix: str  # of a provider; of a key as well, in a count of its own; or identity
    status: str
    times: int


class Plugin(NamedTuple):
    """The key that a KMS plugin named last, by the hash of its id."""

    provider: str
    key_hash: str
    at: float  # seconds since the epoch


class Loaded(NamedTuple):
    """What one API server has loaded. Counts begin at its start."""

    identity: str  # the hash of its identity; empty where it does not tell
    config: str  # the hash of the file; empty before Kubernetes 1.34, or without a configuration
    successes: int
    failures: int
    is_last_failed: bool  # its last reload failed, and it holds what it had before
    operations: tuple[Operations, ...]
    plugins: tuple[Plugin, ...]


def loaded(lines: Iterable[str]) -> Loaded:
    """What the metrics of one server say."""
    identity = config = ""
    reloads = {"success": 0, "failure": 0}
    old = {"success": 0, "failure": 0}
    last = {"success": 0.0, "failure": 0.0}
    operations: list[Operations] = []
    plugins: dict[str, Plugin] = {}
    for name, labels, value in samples(lines):
        status = labels.get("status", "")
        if name == _LOADED:
            identity, config = labels.get("apiserver_id_hash", ""), labels.get("hash", "")
        elif name == _RELOADS and status in reloads:
            reloads[status] += int(value)
        elif name in _OLD_RELOADS:
            old[_OLD_RELOADS[name]] += int(value)
        elif name == _LAST_RELOAD and status in last:
            last[status] = max(last[status], value)
        elif name == _OPERATIONS:
            operations.append(_operations(labels, value))
        elif name == _PLUGIN:
            found = Plugin(labels.get("provider_name", ""), labels.get("key_id_hash", ""), value)
            known = plugins.get(found.provider)
            plugins[found.provider] = found if not known or known.at < value else known
            identity = identity or labels.get("apiserver_id_hash", "")
    return Loaded(
        identity,
        config,
        max(reloads["success"], old["success"]),
        max(reloads["failure"], old["failure"]),
        last["failure"] > last["success"],
        tuple(sorted(operations)),
        tuple(sorted(plugins.values())),
    )


def _operations(labels: dict[str, str], value: float) -> Operations:
    # Of what is written in the clear upstream leaves it empty, of what is read it says identity.
    prefix = labels.get("transformer_prefix") or "identity"
    return Operations(
        labels.get("resource", ""), labels.get("transformation_type", ""),
        prefix, labels.get("status", ""), int(value),
    )  # fmt: skip
