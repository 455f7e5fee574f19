"""The file of `--audit-policy-file`: refused where the API server refuses it, and where it is lenient.

Its lenience is the danger: a field that it does not know is dropped, so that the rule means more.
Source: k8s.io/apiserver, pkg/audit/policy/reader.go and pkg/apis/audit/validation.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from secretkit.check import policy_faults as faults
from secretkit.finding import Finding, Rejected, closest
from secretkit.fragment import NAME
from secretkit.load.manifests import load_documents
from secretkit.load.scalars import kind
from secretkit.model.audit_policy import LEVELS, STAGES, Policy
from secretkit.text import Layer, Place, Source, Span, Tree

_Judge = Callable[[Any, Place], Iterator[Finding]]


class Checked(NamedTuple):
    """A Policy that the API server starts with; `tree` has the lines of its rules."""

    policy: Policy
    tree: Tree


def load_policy(source: Source) -> Checked:
    """The Policy of a file; raises Rejected with all that is wrong with it."""
    _json(source)
    documents = load_documents(source)
    if not documents:
        raise Rejected([faults.HEAD.at(Span(source, 1, 1, 1, 1), got="an empty file")])
    findings = list(_documents(documents))
    if findings:
        raise Rejected(findings)
    body = documents[0][0]
    tree = Tree(body, (Layer(source, (), body),))
    findings = list(check(tree))
    if findings:
        raise Rejected(findings)
    return Checked(Policy.of(body), tree)


def check(tree: Tree) -> Iterator[Finding]:
    """All that is wrong with a Policy that has been read."""
    body, place = tree.value, Place(tree)
    if not isinstance(body, dict):
        yield faults.TYPE.at(place, field="the file", got=kind(body), wanted="an object")
        return
    said = (body.get("apiVersion"), body.get("kind"))
    if said != ("audit.k8s.io/v1", "Policy"):
        words = [f"`{word}`" for word in said if isinstance(word, str) and word]
        got = " ".join(words) or "a file without kind"
        at = place / ("kind" if said[0] == "audit.k8s.io/v1" else "apiVersion")
        yield (faults.LOOSE if _is_loose(body) else faults.HEAD).at(at, got=got)
        return
    yield from _object(body, place, "a Policy", _POLICY)
    if not body.get("rules") and isinstance(body.get("rules"), list | None):
        yield faults.RULES.at((place / "rules").key)


def _is_loose(body: Mapping[str, Any]) -> bool:
    """Whether the API server takes the head even so: no `kind`, or a field in other capitals."""
    said = {key.lower(): value for key, value in body.items()}
    return said.get("apiversion") == "audit.k8s.io/v1" and said.get("kind") in (None, "", "Policy")


def _json(source: Source) -> None:
    """Raises Rejected where the API server would read JSON, and there is none."""
    if source.text.lstrip().startswith("{"):
        try:
            json.loads(source.text)
        except (ValueError, RecursionError):
            row = source.text[: source.text.index("{")].count("\n") + 1
            raise Rejected([faults.JSON.at(Span(source, row, 1, row, 2))]) from None


def _documents(documents: tuple[tuple[Any, Span], ...]) -> Iterator[Finding]:
    if documents[0][0] is None:
        yield faults.DOCUMENT.at(documents[0][1], what="the first document is empty")
        return
    for body, span in documents[1:]:
        if body is not None:
            yield faults.DOCUMENT.at(span, what="what stands in this document is not read")


def _object(
    value: Any, place: Place, where: str, fields: Mapping[str, _Judge]
) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield _wrong(value, place, "an object")
        return
    for key, item in value.items():
        if key not in fields:
            known = ", ".join(f"`{name}`" for name in fields)
            near = closest(key, fields) or closest(key.lower(), fields)
            at = (place / key).key
            yield faults.FIELD.at(at, field=key, where=where, near=near, known=known)
        elif item is not None:
            yield from fields[key](item, place / key)


def _wrong(value: Any, place: Place, wanted: str) -> Finding:
    named = [step for step in place.path if isinstance(step, str)]
    return faults.TYPE.at(
        place, field=named[-1] if named else "the file", got=kind(value), wanted=wanted
    )


def _text(value: Any, place: Place) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield _wrong(value, place, "a string")


def _flag(value: Any, place: Place) -> Iterator[Finding]:
    if not isinstance(value, bool):
        yield _wrong(value, place, "true or false")


def _list(judge: _Judge) -> _Judge:
    def listed(value: Any, place: Place) -> Iterator[Finding]:
        if not isinstance(value, list):
            yield _wrong(value, place, "a list")
            return
        for number, item in enumerate(value):
            if item is None:
                yield faults.NULL.at(place / number, field=place.path[-1])
            else:
                yield from judge(item, place / number)

    return listed


def _texts(value: Any, place: Place) -> Iterator[Finding]:
    """A map of texts, as labels are."""
    if not isinstance(value, dict):
        yield _wrong(value, place, "an object")
        return
    for key, item in value.items():
        if item is not None:
            yield from _text(item, place / key)


def _nothing(value: Any, place: Place) -> Iterator[Finding]:  # noqa: ARG001
    """A field that tools write as null."""
    yield faults.FIELD.at(
        place.key, field=place.path[-1], where="the metadata of a file", near="",
        known=", ".join(f"`{name}`" for name in _METADATA),
    )  # fmt: skip


def _stage(value: Any, place: Place) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield _wrong(value, place, "a string")
    elif value not in STAGES:
        yield faults.STAGE.at(place, got=value, near=_near(value, STAGES))


def _near(value: str, known: tuple[str, ...]) -> str:
    """The one that differs in capitals alone, else the nearest."""
    same = next((word for word in known if word.lower() == value.lower()), None)
    return f", did you mean `{same}`?" if same else closest(value, known)


def _level(value: Any, place: Place) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield _wrong(value, place, "a string")
    elif value and value not in LEVELS:
        yield faults.LEVEL.at(place, got=f"there is no level `{value}`", near=_near(value, LEVELS))


def _group(value: Any, place: Place) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield _wrong(value, place, "a string")
    elif value not in ("", "*") and (len(value) > 253 or not _is_name(value)):
        near = value.partition("/")[0].lower()
        mend = f"write `{near}`" if _is_name(near) else "write a name such as `apps`"
        yield faults.GROUP.at(place, got=value, mend=mend)


def _is_name(text: str) -> bool:
    return re.fullmatch(NAME, text) is not None and not text.endswith("\n")


def _url(value: Any, place: Place) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield _wrong(value, place, "a string")
    elif value != "*" and not value.startswith("/"):
        yield faults.URL.at(
            place, got=value, reason="a path begins with `/`", mend=f"/{value.split('*')[0]}"
        )
    elif "*" in value[:-1]:
        mend = f"{value[: value.index('*')]}*"
        yield faults.URL.at(
            place, got=value, reason="`*` stands for the rest of a path, at its end", mend=mend
        )


def _resources(value: Any, place: Place) -> Iterator[Finding]:
    yield from _object(value, place, "an entry of `resources`", _RESOURCES)
    if isinstance(value, dict) and value.get("resourceNames") and not value.get("resources"):
        yield faults.NAMES.at((place / "resourceNames").key)


def _rule(value: Any, place: Place) -> Iterator[Finding]:
    yield from _object(value, place, "a rule", _RULE)
    if not isinstance(value, dict):
        return
    if value.get("level") in (None, ""):
        yield faults.LEVEL.at(place / "level", got="the rule has no `level`", near="")
    others = [field for field in ("resources", "namespaces") if value.get(field)]
    if value.get("nonResourceURLs") and others:
        other = " and ".join(f"`{field}`" for field in others)
        yield faults.BOTH.at((place / "nonResourceURLs").key, other=other)


_METADATA: dict[str, _Judge] = {
    "name": _text,
    "generateName": _text,
    "namespace": _text,
    "labels": _texts,
    "annotations": _texts,
    "creationTimestamp": _nothing,
}
_RESOURCES: dict[str, _Judge] = {
    "group": _group,
    "resources": _list(_text),
    "resourceNames": _list(_text),
}
_RULE: dict[str, _Judge] = {
    "level": _level,
    "users": _list(_text),
    "userGroups": _list(_text),
    "verbs": _list(_text),
    "namespaces": _list(_text),
    "nonResourceURLs": _list(_url),
    "resources": _list(_resources),
    "omitStages": _list(_stage),
    "omitManagedFields": _flag,
}
_POLICY: dict[str, _Judge] = {
    "apiVersion": _text,
    "kind": _text,
    "metadata": lambda value, place: _object(value, place, "the metadata of a file", _METADATA),
    "omitStages": _list(_stage),
    "omitManagedFields": _flag,
    "rules": _list(_rule),
}
