"""What a plain Secret of a manifest holds, as the cluster would: what a team has before it seals.

One that cannot be read, or whose values are none, is refused.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from secretkit.finding import Finding, Rejected, closest
from secretkit.names import is_data_key
from secretkit.sealing import faults
from secretkit.sealing.reading import Found, is_of_sops, refused
from secretkit.sealing.values import Given
from secretkit.text import Span

_FIELDS = ("apiVersion", "kind", "metadata", "type", "data", "stringData", "immutable")
# The API server makes the account's token itself, and the operator's copies come back by themselves.
_NOT_SEALED = {
    "kubernetes.io/service-account-token": "the cluster makes and fills it",
    "helm.sh/release.v1": "Helm keeps its own records there",
}
_SCOPE = "sealedsecrets.bitnami.com/"
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"  # kubectl's own, of no use elsewhere
_HASHED = re.compile(r"-[bcdfghkmt2456789]{10}$")  # of kustomize, ten hex digits of its own


class Plain(NamedTuple):
    """One Secret with its values; of a SealedSecret with its ciphertext and scope instead."""

    name: str
    namespace: str | None
    type: str | None
    immutable: bool
    labels: Mapping[str, str]
    annotations: tuple[str, ...]  # their names, less kubectl's own
    values: tuple[Given, ...]
    found: Found
    warnings: tuple[Finding, ...]
    sealed: Mapping[str, str] = {}
    scope: str | None = None


def why_not(one: Found) -> str | None:
    """Why a Secret is none that is sealed, in words; None where it is."""
    if one.is_sealed:
        return None
    kind = one.body.get("type")
    if isinstance(kind, str) and kind in _NOT_SEALED:
        return f"it is of type {kind}: {_NOT_SEALED[kind]}"
    owners = one.body["metadata"].get("ownerReferences")
    owner = owners[0] if isinstance(owners, list) and owners else None
    if isinstance(owner, dict):
        return f"it is made by {owner.get('kind')} (`ownerReferences`), which would write over it"
    if not any(one.body.get(field) for field in ("data", "stringData")) and not _unknown(one):
        return "it holds no values"
    return None


def is_ours_to_pick(one: Found) -> bool:
    """Whether a Secret that would be passed over can be sealed where it is asked for by name."""
    return bool(one.body["metadata"].get("ownerReferences")) and one.body.get("type") not in _NOT_SEALED  # fmt: skip


def _unknown(one: Found) -> list[str]:
    return [key for key in one.body if key not in (*_FIELDS, "sops", "status")]


def plain(one: Found) -> Plain:
    """A Secret with its values, as the cluster would hold them; raises Rejected."""
    if one.is_sealed:
        return _sealed(one)
    body, name = one.body, one.name
    if "sops" in body or any(is_of_sops(text) for _, _, text in _texts(body)):
        raise Rejected([faults.ENCRYPTED.at(one.at, secret=name, file=one.source.name)])
    for key in _unknown(one):
        problem = f"the Secret `{name}` has a field that none has{closest(key, _FIELDS)}"
        raise refused(one.key(key), problem)
    for field, wanted, words in (
        ("type", str, "text"), ("immutable", bool, "true or false"),
    ):  # fmt: skip
        if body.get(field) is not None and not isinstance(body[field], wanted):
            raise refused(one.key(field), f"`{field}` of the Secret `{name}` is not {words}")
    kind = body.get("type")
    annotations = _metadata(one, "annotations")
    values = dict(_data(one))
    return Plain(
        name=name,
        namespace=one.namespace,
        type=kind if kind not in ("", "Opaque") else None,
        immutable=body.get("immutable") is True,
        labels=_metadata(one, "labels"),
        annotations=tuple(key for key in annotations if key != _APPLIED),
        values=tuple(Given.of(key, value, is_written=True) for key, value in values.items()),
        found=one,
        warnings=tuple(_doubts(one, values)),
    )


def _sealed(one: Found) -> Plain:
    """A SealedSecret, whose ciphertext is taken as it is; raises Rejected where it is none."""
    from secretkit.looks import sealed_problem

    spec = _mapping(one.body.get("spec"))
    template = _mapping(spec.get("template"))
    inside = _mapping(template.get("metadata"))
    encrypted = _mapping(spec.get("encryptedData"))
    for key, text in encrypted.items():
        problem = sealed_problem(text) if isinstance(text, str) else "is no text"
        if problem:
            at = one.key("spec", "encryptedData", key)
            raise refused(at, f"`encryptedData.{key}` of `{one.name}` {problem}")
    if not encrypted:
        raise refused(one.at, f"the SealedSecret `{one.name}` holds no `encryptedData`")
    own = _metadata(one, "annotations")
    scopes = [name for name in ("cluster-wide", "namespace-wide") if own.get(_SCOPE + name) == "true"]  # fmt: skip
    labels = {key: text for key, text in _mapping(inside.get("labels")).items() if isinstance(text, str)}  # fmt: skip
    kind = template.get("type")
    notes = [key for key in _mapping(inside.get("annotations")) if not key.startswith((_SCOPE, _APPLIED))]  # fmt: skip
    left = [name for name, is_there in (("`data`", template.get("data")), ("`annotations`", notes)) if is_there]  # fmt: skip
    told = faults.UNTOLD.at(
        one.at, what=" and ".join(left), secret=one.name, verdict="stand in its template, and are left behind",
        reason="only the ciphertext, type and labels are taken", mend="write them under `template` or `annotations` of the secret",
    )  # fmt: skip
    return Plain(
        name=one.name,
        namespace=one.namespace,
        type=kind if isinstance(kind, str) and kind not in ("", "Opaque") else None,
        immutable=template.get("immutable") is True,
        labels=labels,
        annotations=(),
        values=(),
        found=one,
        warnings=(told,) if left else (),
        sealed=encrypted,
        scope=scopes[0] if scopes else "strict",
    )


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _metadata(one: Found, field: str) -> Mapping[str, str]:
    found = one.body["metadata"].get(field)
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise refused(one.key("metadata", field), f"`{field}` of the Secret `{one.name}` are not texts", "quote them")  # fmt: skip
    return found


def _data(one: Found) -> Iterator[tuple[str, bytes]]:
    """Every value as the cluster would hold it: `stringData` wins."""
    name = one.name
    for field in ("data", "stringData"):
        whole = one.body.get(field)
        if whole is None:
            continue
        if not isinstance(whole, dict):
            raise refused(one.key(field), f"`{field}` of the Secret `{name}` is no mapping")
        for key, value in whole.items():
            at = one.key(field, key)
            if not is_data_key(key):
                problem = f"a key in `{field}` of the Secret `{name}` is none (letters, digits, `-`, `_` and `.`)"  # fmt: skip
                raise refused(at, problem)
            if value is None:
                yield key, b""
                continue
            if not isinstance(value, str):
                raise refused(at, f"`{field}.{key}` of the Secret `{name}` is no text", "quote it")
            if field == "stringData":
                yield key, value.encode()
                continue
            try:
                text = value.replace("\r", "").replace("\n", "")
                yield key, base64.b64decode(text, validate=True)
            except ValueError:
                what = f"`data.{key}` of the Secret `{name}` is not base64"
                if _is_filled_in(value):
                    raise _placeholder(one, at, key) from None
                raise refused(at, what, "encode it, or write it under `stringData`") from None


def _doubts(one: Found, values: Mapping[str, bytes]) -> Iterator[Finding]:
    """What is no value, though it can be sealed; raises Rejected where another tool would fill it in."""
    from secretkit.looks import is_placeholder

    if _HASHED.search(one.name):
        yield faults.UNTOLD.at(
            one.at, what="the name", secret=one.name, verdict="ends as kustomize ends those that it makes",
            reason="kustomize writes the new end into whatever names the Secret, and nobody else would",
            mend="set `disableNameSuffixHash: true` under `generatorOptions`, build again, and seal that",
        )  # fmt: skip
    for key, value in values.items():
        text = value.decode(errors="replace")
        if not is_placeholder(text):
            continue
        field = "stringData" if key in (one.body.get("stringData") or {}) else "data"
        at = one.key(field, key)
        if _is_filled_in(text):
            raise _placeholder(one, at, key)
        yield faults.PLACEHOLDER.at(
            at, key=key, secret=one.name, what="a text like `changeme`, which stands for a value",
            mend=f"seal the value over it: `secretkit seal FILE --secret {one.name} --key {key}`",
        )._replace(severity="warning")  # fmt: skip


def _placeholder(one: Found, at: Span, key: str) -> Rejected:
    what = "a placeholder that another tool fills in before it is applied"
    mend = f"give what that tool makes of it (`… | secretkit seal FILE --from-secret -`), or leave it out and seal the value: `--secret {one.name} --key {key}`"  # fmt: skip
    return Rejected([faults.PLACEHOLDER.at(at, key=key, secret=one.name, what=what, mend=mend)])


def _is_filled_in(text: str) -> bool:
    from secretkit.looks import is_filled_in, is_placeholder

    return is_placeholder(text) and is_filled_in(text)


def _texts(body: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for field in ("data", "stringData"):
        whole = body.get(field)
        for key, text in whole.items() if isinstance(whole, dict) else ():
            if isinstance(text, str):
                yield field, key, text
