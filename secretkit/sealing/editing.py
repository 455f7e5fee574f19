"""Ciphertext and what it was sealed for, put into the user's file; whatever is refused changes nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from secretkit import one_file, rules
from secretkit.finding import Finding, Rejected, Usage, closest
from secretkit.load import MOST_BYTES
from secretkit.load import faults as load_faults
from secretkit.model.secret import UNKNOWN, Plain, Sealed, Value
from secretkit.rewriting import Layout, assigned
from secretkit.sealing import certificate as certificates
from secretkit.sealing import crypto, faults
from secretkit.sealing.app import Standing, sealed
from secretkit.sealing.certificate import Certificate
from secretkit.sealing.values import Given
from secretkit.text import Place, Span
from secretkit.values import MOST_BYTES as MOST_OF_A_VALUE

_OURS = ("app.kubernetes.io/name", "app.kubernetes.io/managed-by", "app.kubernetes.io/instance")


_OF_CONTENT = ("sk512_docker_config", "sk513_ssh_key", "sk514_tls_pem")


class Request(NamedTuple):
    """Values for one secret. `fields` are of a secret that is new: type, labels, immutable."""

    secret: str
    values: tuple[Given, ...]
    scope: str | None = None
    fields: Mapping[str, Any] = {}
    replaces: bool = False  # the values that it has go


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
    sizes: tuple[tuple[str, int], ...]
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
    here: Standing, requests: Sequence[Request], certificate: Certificate, *, is_new_certificate: bool
) -> Change:  # fmt: skip
    """The file with values sealed; raises Rejected where that is refused, Usage."""
    _check_certificate(here, certificate, is_new_certificate)
    step, done, warnings = here, [], []
    for request in requests:
        step, one, lost = _sealed(step, request, certificate)
        done.append(one)
        warnings += lost
    text = step.tree.source.text
    _check_size(here, text)
    known = {(one.code, one.message) for one in here.findings}
    ours = {request.secret for request in requests}
    new = [
        one for one in step.findings
        if (one.code, one.message) not in known and _of(one) in ours and one.severity != "info"
    ]  # fmt: skip
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
    here: Standing, request: Request, certificate: Certificate
) -> tuple[Standing, Done, list[Finding]]:
    secret = request.secret
    bound = target(here, secret, request.scope, replaces=request.replaces)
    place = here.app.at / "spec" / "secrets" / secret
    too_large = [one.key for one in request.values if len(one.hidden) > MOST_OF_A_VALUE]
    if too_large:
        raise Rejected([faults.VALUE.at(place.key, key=key) for key in too_large])
    label = crypto.label(bound.scope, bound.namespace, bound.name)
    new = {one.key: crypto.seal(one.hidden, certificate.key, label) for one in request.values}
    known = here.app.secrets.get(secret)
    own = here.own(secret)
    old = own.get("sealed") if here.is_own(secret) and not request.replaces else {}
    assert isinstance(old, dict)
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
    lost = list(_lost(here, secret, fields))
    sizes = tuple((one.key, len(one.hidden)) for one in request.values)
    is_new = None if known else f"new{closest(secret, here.app.secrets)}"
    after = here.with_text(text)
    lines = {True: faults.NEWLINE, False: faults.NOTHING}
    for one in request.values:
        if one.ends_line or not len(one.hidden):
            spot = after.app.at / "spec" / "secrets" / secret / "sealed" / one.key
            lost.append(lines[one.ends_line].at(spot.key, key=one.key))
    lost += _odd(after, request)
    return after, Done(secret, bound, sizes, is_new), lost


def _odd(after: Standing, request: Request) -> Iterator[Finding]:
    """What the rules of plain values say of these, which nobody can judge once they are sealed."""
    secret = after.app.secrets[request.secret]
    at = secret.at / "sealed"
    values = (Value(one.key, "file", "", one.hidden, (at / one.key).key) for one in request.values)
    plain = secret._replace(origin=Plain(tuple(values), at))
    app = after.app._replace(secrets={request.secret: plain})
    for module in _OF_CONTENT:
        find = rules.load("sk5_values", module).find
        for found in find(app) if find else ():
            yield found._replace(severity="warning")


def _record(
    here: Standing, request: Request, bound: Bound, certificate: Certificate,
    old: Mapping[str, str],
) -> dict[str, Any]:  # fmt: skip
    """`sealedFor`, with what other certificate the values that stay were sealed with."""
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


def _check_certificate(here: Standing, certificate: Certificate, is_new: bool) -> None:
    """Raises Rejected where the environment's own values are sealed with other certificates."""
    if is_new:
        return
    known: dict[str, tuple[str, str]] = {}
    for secret, origin in sealed(here.app).items():
        if not here.is_own(secret):
            continue
        for key in origin.data:
            found = origin.sealed_with(key)
            if found:
                known.setdefault(found, (secret, key))
    if not known or certificate.fingerprint in known:
        return
    old, (secret, _) = next(iter(known.items()))
    place = here.app.at / "spec" / "secrets" / secret / "sealedFor" / "certificate"
    where = f"the values of `{here.environment}`" if here.environment else "the values of this file"
    raise Rejected(
        [faults.CERTIFICATE.at(place, new=certificate.fingerprint, old=old, where=where)]
    )


def _check_shared(
    before: Standing, after: Standing, requests: Sequence[Request], certificate: Certificate
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
    base: Standing, there: Standing, requests: Iterable[Request], certificate: Certificate
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
        elif _is_of_another(there, certificate):
            yield key, bound, "with another certificate"


def _is_of_another(there: Standing, certificate: Certificate) -> bool:
    """Whether the platform names another certificate for an environment."""
    if not there.platform or not there.environment:
        return False
    with suppress(Rejected):
        found = certificates.of_platform(there.platform, there.environment, there.root)
        return found is not None and found.fingerprint != certificate.fingerprint
    return False


def _check_size(here: Standing, text: str) -> None:
    """Raises Rejected where nobody could read the file any more."""
    if len(one_file.content(one_file.before(here.input), text)) > MOST_BYTES:
        at = Span(here.tree.source, 1, 1, 1, 1)
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
