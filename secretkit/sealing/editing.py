"""Ciphertext and what it was sealed for, put into the user's file; whatever is refused changes nothing."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from secretkit import expiry, one_file, rules
from secretkit.finding import Finding, Rejected, Usage, Where, closest
from secretkit.load import MOST_BYTES
from secretkit.load import faults as load_faults
from secretkit.model.secret import UNKNOWN, Plain, Sealed, Value
from secretkit.rewriting import Layout, assigned
from secretkit.sealing import certificate as certificates
from secretkit.sealing import crypto, faults
from secretkit.sealing.app import Standing, sealed
from secretkit.sealing.certificate import Certificate
from secretkit.sealing.reading import Found
from secretkit.sealing.values import Given
from secretkit.single import by_policy
from secretkit.text import Place, Source, Span
from secretkit.values import MOST_BYTES as MOST_OF_A_VALUE
from secretkit.values import faults as value_faults

_OURS = ("app.kubernetes.io/name", "app.kubernetes.io/managed-by", "app.kubernetes.io/instance")

_OF_CONTENT = (
    "sk512_docker_config", "sk513_ssh_key", "sk514_tls_pem", "sk561_chain_order", "sk560_key_of_another",
)  # fmt: skip
_LACKS_KEY = "SK511"


class Request(NamedTuple):
    """Values for one secret. `fields` are of a secret that is new: type, labels, immutable."""

    secret: str
    values: tuple[Given, ...]
    scope: str | None = None
    fields: Mapping[str, Any] = {}
    replaces: bool = False  # the values that it has go
    allows_empty: bool = False
    found: Found | None = None  # the manifest that says it, whole
    sealed: Mapping[str, str] = {}  # ciphertext that is there already, in place of values

    def at(self, place: Place, key: str = "") -> Where:
        """Where something is to be said of a value, or of all of the secret."""
        if self.found is None:
            return place.key
        fields = ("stringData", "data")
        field = next((one for one in fields if key in (self.found.body.get(one) or {})), "")
        return self.found.key(field, key) if field else self.found.at


class Bound(NamedTuple):
    """What values are sealed for."""

    scope: str
    name: str
    namespace: str

    @property
    def shown(self) -> str:
        match self.scope:
            case "cluster-wide":
                return "any name and namespace (cluster-wide)"
            case "namespace-wide":
                return f"namespace `{self.namespace}` (namespace-wide)"
            case _:
                return f"`{self.namespace}/{self.name}` (strict)"

    def opens_as(self, name: str, namespace: str) -> bool:
        if self.scope == "cluster-wide":
            return True
        return namespace == self.namespace and (self.scope != "strict" or name == self.name)


class Done(NamedTuple):
    """One secret that was sealed."""

    secret: str
    bound: Bound
    keys: tuple[str, ...]
    is_new: str | None  # None, or the words to say so


class Change(NamedTuple):
    """The file as it becomes, with warnings of it."""

    before: Standing
    after: Standing
    text: str
    done: tuple[Done, ...]
    findings: tuple[Finding, ...]


def target(here: Standing, secret: str, scope: str | None = None, *, replaces: bool = False) -> Bound:  # fmt: skip
    """What values of a secret would be sealed for; raises Rejected where they cannot be."""
    place = here.app.at / "spec" / "secrets" / secret
    known = here.app.secrets.get(secret)
    origin = known.origin if known else None
    if known and not isinstance(origin, Sealed):
        raise Rejected([faults.SOURCE.at(place.key, secret=secret)])
    for other in here.app.secrets.values():
        if other.key != secret and other.name == secret and not known:
            raise Usage(f"--secret {secret}: that is the name of `{other.key}`; seal --secret {other.key}")  # fmt: skip
    before = origin if isinstance(origin, Sealed) else None
    recorded = before.scope if before else "strict"
    name = known.name if known else secret
    bound = Bound(scope or recorded, name, here.app.namespace)
    if before is None or replaces or not here.is_own(secret):
        return bound
    then = Bound(before.scope, before.name, before.namespace)
    if then.scope == bound.scope and then.opens_as(bound.name, bound.namespace):
        return bound
    at = place / "sealedFor" if before.recorded else place
    mend = f"leave out --scope {scope}" if then.scope != bound.scope else "name it as it was"
    raise Rejected(
        [faults.CHANGED.at(at.key, secret=secret, then=then.shown, now=bound.shown, mend=mend)]
    )


def changed(
    here: Standing, requests: Sequence[Request], certificate: Certificate | None, now: datetime, *,
    is_new_certificate: bool,
) -> Change:  # fmt: skip
    """The file with values sealed; raises Rejected where that is refused, Usage.

    `now` is when certificates among the values are judged. Without a certificate all is sealed already.
    """
    if certificate and not is_new_certificate:
        _check_certificate(here, certificate, requests)
    step, done, warnings = here, [], []
    refusals: list[Finding] = []
    for request in requests:
        try:
            step, one, lost = _sealed(step, request, certificate, now)
        except Rejected as rejected:
            refusals += rejected.findings
            continue
        done.append(one)
        warnings += lost
    if refusals:
        raise Rejected(refusals)
    text = _like(here, step)
    _check_size(here, text)
    known = {(one.code, one.message) for one in here.findings}
    ours = {request.secret for request in requests}
    new = [
        one for one in step.findings
        if (one.code, one.message) not in known and _of(one) in ours and one.severity != "info"
    ]  # fmt: skip
    manifests = {one.secret: one for one in requests if one.found}
    lacking = [
        one._replace(place=manifests[secret].at(here.app.at))
        for one in new
        if one.code == _LACKS_KEY and one.severity == "error" and (secret := _of(one)) in manifests
    ]
    if lacking:  # of a secret that is sealed key by key the others are to follow
        raise Rejected(lacking)
    if here.environment is None:
        _check_shared(here, step, requests, certificate)
    rest = [one._replace(severity="warning") for one in new]
    return Change(here, step, text, tuple(done), (*warnings, *rest))


def _of(finding: Finding) -> str | None:
    """The secret that a finding stands at."""
    place = finding.place
    if isinstance(place, Place) and place.path[:2] == ("spec", "secrets"):
        return str(place.path[2]) if len(place.path) > 2 else None
    return None


def _sealed(
    here: Standing, request: Request, certificate: Certificate | None, now: datetime
) -> tuple[Standing, Done, list[Finding]]:
    secret = request.secret
    bound = target(here, secret, request.scope, replaces=request.replaces)
    place = here.app.at / "spec" / "secrets" / secret
    _check_values(here, request, place)
    lost = list(_differing(here, request))
    label = crypto.label(bound.scope, bound.namespace, bound.name)
    new = dict(request.sealed)
    if certificate:
        new |= {one.key: crypto.seal(one.hidden, certificate.key, label) for one in request.values}
    known = here.app.secrets.get(secret)
    own = here.own(secret)
    old = own.get("sealed") if here.is_own(secret) and not request.replaces else {}
    assert isinstance(old, dict)
    if old and request.sealed:
        raise Rejected([_twice(request, secret)])
    record = _record(here, request, bound, certificate, old)
    fields = {**old, **new}
    at = here.steps(secret)
    text = here.tree.source.text
    try:
        if own:
            text = assigned(text, (*at, "sealed"), fields)
            text = assigned(text, (*at, "sealedFor"), record)
        else:
            extra = request.fields if known is None else {}
            text = assigned(text, at, {**extra, "sealed": fields, "sealedFor": record})
    except Layout:
        raise Rejected([faults.LAYOUT.at(place.key, secret=secret)]) from None
    lost += _lost(here, secret, fields)
    after = here.with_text(text)
    for one in request.values:
        spot = after.app.at / "spec" / "secrets" / secret / "sealed" / one.key
        if one.ends_line:
            lost.append(faults.NEWLINE.at(request.at(spot, one.key), key=one.key))
        if not len(one.hidden) and not request.allows_empty:
            lost.append(faults.NOTHING.at(request.at(spot, one.key), key=one.key)._replace(severity="warning"))  # fmt: skip
    odd = list(_odd(after, request, place, now))
    if any(one.severity == "error" for one in odd):
        raise Rejected(odd)
    keys = (*(one.key for one in request.values), *request.sealed)
    return after, Done(secret, bound, keys, None if known else _new(here, request)), [*lost, *odd]


def _twice(request: Request, secret: str) -> Finding:
    assert request.found
    problem = f"`{secret}` is sealed in the file already, and a SealedSecret comes whole"
    mend = "with `--replace` it takes the place of what is there"
    return faults.MANIFEST.at(request.found.at, problem=problem, mend=mend)


def _check_values(here: Standing, request: Request, place: Place) -> None:
    """Raises Rejected where a value is none that is sealed, or none that takes another's place."""
    there = sealed(here.app).get(request.secret)
    taken = there.data if there else {}
    found = [
        faults.VALUE.at(request.at(place, one.key), key=one.key)
        for one in request.values
        if len(one.hidden) > MOST_OF_A_VALUE
    ]
    found += [
        faults.NOTHING.at(request.at(place, one.key), key=one.key)
        for one in request.values
        if not len(one.hidden) and not request.allows_empty
        if one.key in taken or not one.is_written
    ]
    found += [
        faults.PLACEHOLDER.at(
            request.at(place, one.key), key=one.key, secret=request.secret,
            what="a text that stands for a value, and a value is sealed under this key already",
            mend="give its value, or leave the key out: what is sealed stays as it is",
        )
        for one in request.values
        if one.key in taken and one.is_placeholder
    ]  # fmt: skip
    if found:
        raise Rejected(found)


def _new(here: Standing, request: Request) -> str:
    """What is said of a secret that is added; `web2` beside `web1` is no slip."""
    near = "" if request.found else closest(request.secret, here.app.secrets)
    names = (request.secret, near.partition("`")[2].rstrip("`?"))
    is_numbered = len({name.translate(_NO_DIGITS) for name in names}) == 1
    return "new" if is_numbered else f"new{near}"


_NO_DIGITS = dict.fromkeys(map(ord, "0123456789"))


def _differing(here: Standing, request: Request) -> Iterator[Finding]:
    """What a manifest says that is not taken, since its secret is there; raises Rejected."""
    known, said = here.app.secrets.get(request.secret), request.found
    if known is None or said is None:
        return
    own, kind = known.type or "Opaque", request.fields.get("type", "Opaque")
    if kind != own:
        problem = f"the Secret `{request.secret}` is of type {kind}, and here it is of {own}"
        mend = f"write `type: {kind}` into the file first, or seal it under another name"
        raise Rejected([faults.MANIFEST.at(said.key("type"), problem=problem, mend=mend)])
    labels = request.fields.get("labels", {})
    left = [key for key, text in labels.items() if known.labels.get(key) != text]
    left += ["immutable"] if request.fields.get("immutable") and not known.immutable else []
    if left:
        yield faults.UNTOLD.at(
            said.at, what=", ".join(f"`{key}`" for key in left), secret=request.secret,
            verdict="is left behind" if len(left) == 1 else "are left behind",
            reason="the secret is in the file already, and only its values change",
            mend="write it into the file, if it is wanted",
        )  # fmt: skip


def _odd(after: Standing, request: Request, place: Place, now: datetime) -> Iterator[Finding]:
    """What the rules of plain values say of these, which nobody can judge once they are sealed."""
    if not request.values:
        return
    secret = after.app.secrets[request.secret]
    at = secret.at / "sealed"
    # A literal is what is at hand.
    values = (Value(one.key, "literal", "", one.hidden, at / one.key) for one in request.values)
    plain = secret._replace(origin=Plain(tuple(values), at))
    app = after.app._replace(secrets={request.secret: plain})
    found = list(expiry.findings(app, now))
    for module in _OF_CONTENT:
        find = rules.load("sk5_values", module).find
        found += find(app) if find else ()
    for one in by_policy(found, after.platform):
        key = str(one.place.path[-1]) if isinstance(one.place, Place) else ""
        is_served = secret.type == "kubernetes.io/tls" and key == "tls.crt"
        if one.code == value_faults.EXPIRY.code and not is_served:  # of a bundle one may have ended
            one = one._replace(severity="warning")
        fix = one.fix.replace("with `file`", "with `--from-file`")
        yield one._replace(place=request.at(place, key), fix=fix)


def _record(
    here: Standing, request: Request, bound: Bound, certificate: Certificate | None,
    old: Mapping[str, str],
) -> dict[str, Any]:  # fmt: skip
    """`sealedFor`, with what other certificate the values that stay were sealed with."""
    if request.sealed or certificate is None:  # ciphertext does not tell its certificate
        return {"scope": bound.scope, "name": bound.name, "namespace": bound.namespace}
    given = {one.key for one in request.values}
    before = sealed(here.app).get(request.secret)
    older = {
        key: (before.sealed_with(key) if before else None) or UNKNOWN
        for key in old
        if key not in given
    }
    older = {key: one for key, one in sorted(older.items()) if one != certificate.fingerprint}
    record: dict[str, Any] = {
        "scope": bound.scope, "name": bound.name, "namespace": bound.namespace,
        "certificate": certificate.fingerprint,
    }  # fmt: skip
    return {**record, "older": older} if older else record


def _lost(here: Standing, secret: str, fields: Mapping[str, Any]) -> Iterator[Finding]:
    """Keys that the secret had so far, and that go: a environment's `sealed` takes the base's place."""
    before = sealed(here.app).get(secret)
    keys = [key for key in before.data if key not in fields] if before else []
    if not keys:
        return
    own = here.is_own(secret)
    reason = (
        "--replace drops what is not given again" if own else
        "each cluster has a key of its own, so the ciphertext of an environment takes the place of all of the base's"
    )  # fmt: skip
    yield faults.LEFT.at(
        (here.app.at / "spec" / "secrets" / secret).key, secret=secret, reason=reason,
        where=f"`{here.environment}`" if here.environment else "this file",
        keys=", ".join(f"`{key}`" for key in keys),
    )  # fmt: skip


def _check_certificate(
    here: Standing, certificate: Certificate, requests: Sequence[Request]
) -> None:
    """Raises Rejected where a secret, or what stands beside a new one, was last sealed with others."""
    last = {
        secret: origin.certificate
        for secret, origin in sealed(here.app).items()
        if here.is_own(secret) and origin.certificate not in (None, UNKNOWN)
    }
    for request in requests:
        if request.sealed:
            continue
        if _has_unknown(here, request) and not _is_named(here, certificate):
            at = (here.app.at / "spec" / "secrets" / request.secret).key
            where = f"values of `{request.secret}`"
            old = "one that nobody recorded"
            raise Rejected(
                [faults.CERTIFICATE.at(at, new=certificate.fingerprint, old=old, where=where)]
            )
        beside = {request.secret: last[request.secret]} if request.secret in last else last
        if not beside or certificate.fingerprint in beside.values():
            continue
        secret, old = next(iter(beside.items()))
        place = here.app.at / "spec" / "secrets" / secret / "sealedFor" / "certificate"
        if request.secret in last:
            where = f"the latest values of `{secret}`"
        else:
            where = f"the values of `{here.environment}`" if here.environment else "the values of this file"  # fmt: skip
        raise Rejected(
            [faults.CERTIFICATE.at(place, new=certificate.fingerprint, old=old, where=where)]
        )


def _has_unknown(here: Standing, request: Request) -> bool:
    """Whether values stay beside these, and none of the secret tells what it was sealed with."""
    origin = sealed(here.app).get(request.secret)
    if origin is None or request.replaces or not here.is_own(request.secret):
        return False
    given = {one.key for one in request.values}
    return not any(map(origin.sealed_with, origin.data)) and not origin.data.keys() <= given


def _is_named(here: Standing, certificate: Certificate) -> bool:
    """Whether the platform names this certificate for the environment."""
    if not here.platform or not here.environment:
        return False
    with suppress(Rejected):
        found = certificates.of_platform(here.platform, here.environment, here.root)
        return found is not None and found.fingerprint == certificate.fingerprint
    return False


def _check_shared(
    before: Standing, after: Standing, requests: Sequence[Request], certificate: Certificate | None
) -> None:
    """Raises Rejected where an environment takes over from the base what would not open there."""
    findings = []
    for environment in after.environments:
        with suppress(Rejected):  # `validate` says what is wrong with it
            there = after.within(environment)
            for secret, bound, now in _unfit(after, there, requests, certificate):
                place = (before.app.at / "spec" / "secrets" / secret).key
                findings.append(
                    faults.SHARED.at(place, base=bound.shown, name=environment, there=now)
                )
    if findings:
        raise Rejected(findings)


def _unfit(
    base: Standing, there: Standing, requests: Iterable[Request], certificate: Certificate | None
) -> Iterator[tuple[str, Bound, str]]:
    """Secrets that an environment takes over, what they are bound to, and what they are there."""
    for request in requests:
        key = request.secret
        secret = there.app.secrets.get(key)
        if secret is None or not isinstance(secret.origin, Sealed) or there.is_own(key):
            continue
        bound = target(base, key)
        if not bound.opens_as(secret.name, there.app.namespace):
            yield key, bound, f"as `{there.app.namespace}/{secret.name}`"
        elif certificate and not request.sealed and _is_of_another(there, certificate):
            yield key, bound, "with another certificate"


def _is_of_another(there: Standing, certificate: Certificate) -> bool:
    """Whether the platform names another certificate for an environment."""
    if not there.platform or not there.environment:
        return False
    with suppress(Rejected):
        found = certificates.of_platform(there.platform, there.environment, there.root)
        return found is not None and found.fingerprint != certificate.fingerprint
    return False


def _like(here: Standing, step: Standing) -> str:
    """The new text: JSON where the old one is, which other programs may read; raises Rejected."""
    before, after = here.tree.source.text, step.tree.source.text
    if not before.lstrip().startswith("{"):
        return after
    try:
        known = json.loads(before)
    except ValueError:
        return after
    rest = before[len(before.rstrip("\n")) :]
    for layout in _json_layouts():
        if layout(known) + rest == before:
            return layout(step.tree.value) + rest
    at = Span(Source(here.tree.source.name, ""), 1, 1, 1, 1)
    raise Rejected([faults.JSON.at(at)])


def _json_layouts() -> Iterator[Callable[[Any], str]]:
    """What programs write JSON as."""
    for ascii_alone in (False, True):
        for indent in (2, 4, "\t", 3, 1, None):
            yield partial(json.dumps, indent=indent, ensure_ascii=ascii_alone)
        yield partial(json.dumps, separators=(",", ":"), ensure_ascii=ascii_alone)


def _check_size(here: Standing, text: str) -> None:
    """Raises Rejected where nobody could read the file any more."""
    if len(one_file.content(one_file.before(here.input), text)) > MOST_BYTES:
        at = Span(Source(here.tree.source.name, ""), 1, 1, 1, 1)
        raise Rejected([load_faults.LIMIT.at(at, limit="1 MiB with this in it")])


def fields(labels: Mapping[str, str], kind: str | None, *, immutable: bool) -> dict[str, Any]:
    """What a new secret says beside its values."""
    own = {key: value for key, value in labels.items() if key not in _OURS}
    found: dict[str, Any] = {"type": kind} if kind else {}
    if own:
        found["labels"] = own
    if immutable:
        found["immutable"] = True
    return found
