"""`kms` in an EncryptionConfiguration."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from secretkit.encryption import configuration_faults as faults
from secretkit.encryption.form import Form
from secretkit.encryption.masking import called
from secretkit.finding import Finding
from secretkit.names import duration, is_socket
from secretkit.text import Place

FIELDS = ("apiVersion", "name", "endpoint", "cachesize", "timeout")
_STOPS = "the API server does not start with it"
# What Go's url.Parse takes; of its authorities only plain ones.
_URL = re.compile(
    r"unix:(?:(?!//)|//(?P<authority>[-\w.]*)(?=[/?#]|$))(?P<path>[^?#]*).*", re.I | re.S
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BROKEN = re.compile(r"/.*%(?![0-9a-fA-F]{2})", re.S)


class Plugin(NamedTuple):
    protocol: str
    name: str


def plugin(form: Form, value: object, at: Place) -> Plugin:
    """The plugin of a provider; what is wrong with it stands in the form's findings."""
    said = form.mapping(value, at, "`kms`", FIELDS)
    protocol = form.text(said.get("apiVersion"), at / "apiVersion") or "v1"
    name = form.text(said.get("name"), at / "name")
    endpoint = form.text(said.get("endpoint"), at / "endpoint")
    size = form.number(said.get("cachesize"), at / "cachesize")
    timeout = said.get("timeout")
    for field, found in (("name", name), ("endpoint", endpoint)):
        if not found and said.get(field) in (None, ""):
            form.missing(at, "the KMS plugin", field, _EXAMPLES[field])
    if timeout is not None:
        text = form.text(timeout, at / "timeout")
        if isinstance(timeout, str) and not _is_positive(text):
            form.findings.append(_wrong(at / "timeout", name, "has a `timeout` that is no duration above zero",
                                        "write a Go duration, such as 3s"))  # fmt: skip
    form.findings += _protocol(at, name, protocol, size)
    if endpoint:
        form.findings += _endpoint(at / "endpoint", name, endpoint)
    return Plugin(protocol, name)


_EXAMPLES = {
    "name": "`name: aws-kms`",
    "endpoint": "`endpoint: unix:///var/run/kmsplugin/socket.sock`",
}


def _protocol(at: Place, name: str, protocol: str, size: int | None) -> Iterator[Finding]:
    if protocol not in ("v1", "v2"):
        yield _wrong(at / "apiVersion", name, "speaks neither v1 nor v2", "write `apiVersion: v2`")
    if protocol != "v1" and size is not None:
        yield _wrong(at / "cachesize", name, "has a `cachesize`, which v2 does not know", "drop it")
    if protocol == "v1" and size == 0:
        yield _wrong(at / "cachesize", name, "has a `cachesize` of 0",
                     "write how many data keys are kept, or a negative number for none")  # fmt: skip
    if protocol != "v1" and ":" in name:
        yield _wrong(at / "name", name, "has a `:` in its name", "give it a name without")


def _endpoint(at: Place, name: str, url: str) -> Iterator[Finding]:
    mend = "write `unix:///PATH`, the absolute path at which the plugin listens"
    known = _URL.fullmatch(url)
    if not known or _CONTROL.search(url) or _BROKEN.match(known["path"]):
        yield _wrong(at, name, "has an `endpoint` that is no unix socket", mend)
    elif known["authority"]:
        yield _unreached(at, name, "has an `endpoint` without its third slash", mend,
                         "what stands after the second slash is passed over, so another path is tried")  # fmt: skip
    elif not is_socket(url):
        yield _unreached(at, name, "has an `endpoint` that is no absolute path", mend,
                         "the API server starts, and does not reach the plugin")  # fmt: skip


def _wrong(at: Place, name: str, problem: str, mend: str) -> Finding:
    return faults.KMS.at(at, name=called(name), problem=problem, why=_STOPS, mend=mend)


def _unreached(at: Place, name: str, problem: str, mend: str, why: str) -> Finding:
    found = faults.KMS.at(at, name=called(name), problem=problem, why=why, mend=mend)
    return found._replace(severity="warning")


def _is_positive(text: str) -> bool:
    try:
        return duration(text) > 0
    except ValueError:
        return False
