"""Plain Secrets in manifests, read as kubectl does: what a team has before it seals."""

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from secretkit.finding import Finding, Rejected, Usage
from secretkit.load.inputs import reason
from secretkit.load.manifests import Manifest, load_manifests
from secretkit.sealing import faults
from secretkit.sealing.values import Given
from secretkit.text import Source, Span

_ENDINGS = (".yaml", ".yml", ".json")
_MOST_BYTES = 3 * 1024 * 1024  # room for a Secret of 1 MiB in base64, and more objects
# The API server makes the account's token itself, and the operator's copies come back by themselves.
_NOT_SEALED = {
    "kubernetes.io/service-account-token": "the cluster makes and fills it",
    "helm.sh/release.v1": "Helm keeps its own records there",
}


class Plain(NamedTuple):
    """One Secret of a manifest."""

    name: str
    namespace: str | None
    type: str | None
    immutable: bool
    labels: Mapping[str, str]
    annotations: tuple[str, ...]  # their names; one may hold the whole Secret in the clear
    values: tuple[Given, ...]
    at: Span


def secrets(path: Path) -> tuple[Plain, ...]:
    """The Secrets of a file, or of the files right in a folder; raises Usage, Rejected."""
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.suffix in _ENDINGS)
    else:
        files = [path]
    found: list[Plain] = []
    findings: list[Finding] = []
    for file in files:
        try:
            for one in load_manifests(_source(file)):
                if one.body["apiVersion"] == "v1" and one.body["kind"] == "Secret":
                    found.append(_secret(one))
        except Rejected as rejected:
            findings += map(_unshown, rejected.findings)
    if findings:
        raise Rejected(findings)
    if not found:
        raise Usage(f"{path}: no Secret lies here")
    return tuple(found)


def _unshown(finding: Finding) -> Finding:
    """The finding without the line it stands at: anything in it may be a value."""
    assert isinstance(finding.place, Span)
    return finding._replace(place=_place(finding.place))


def _place(span: Span) -> Span:
    return span._replace(source=Source(span.source.name, ""))


def _source(path: Path) -> Source:
    from secretkit.load import decode

    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise Usage(f"{path}: {reason(error)}") from None
    return decode(path.as_posix(), content, _MOST_BYTES)


def _secret(one: Manifest) -> Plain:
    body = one.body
    metadata = body.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        raise _refused(one, "a Secret without a name")
    kind = body.get("type")
    if kind in _NOT_SEALED:
        raise _refused(
            one, f"the Secret `{metadata['name']}` is of type {kind}: {_NOT_SEALED[kind]}",
            "leave it out",
        )  # fmt: skip
    values = dict(_data(one, metadata["name"]))
    if not values:
        raise _refused(one, f"the Secret `{metadata['name']}` holds no values", "leave it out")
    labels = metadata.get("labels")
    annotations = metadata.get("annotations")
    return Plain(
        name=metadata["name"],
        namespace=metadata.get("namespace"),
        type=kind if isinstance(kind, str) and kind not in ("", "Opaque") else None,
        immutable=body.get("immutable") is True,
        labels={k: v for k, v in labels.items() if isinstance(v, str)} if isinstance(labels, dict) else {},
        annotations=tuple(annotations) if isinstance(annotations, dict) else (),
        values=tuple(Given.of(key, value) for key, value in values.items()),
        at=_place(one.span),
    )  # fmt: skip


def _data(one: Manifest, name: str) -> Iterator[tuple[str, bytes]]:
    """Every value as the cluster would hold it: `stringData` wins."""
    for field in ("data", "stringData"):
        whole = one.body.get(field)
        if whole is None:
            continue
        if not isinstance(whole, dict):
            raise _refused(one, f"`{field}` of the Secret `{name}` is no mapping")
        for key, value in whole.items():
            if value is None:
                yield key, b""
                continue
            if not isinstance(value, str):
                raise _refused(one, f"`{field}.{key}` of the Secret `{name}` is no text")
            if field == "stringData":
                yield key, value.encode()
                continue
            try:
                text = value.replace("\r", "").replace("\n", "")
                yield key, base64.b64decode(text, validate=True)
            except ValueError:
                raise _refused(one, f"`data.{key}` of the Secret `{name}` is not base64") from None


def _refused(one: Manifest, problem: str, mend: str = "mend the manifest") -> Rejected:
    return Rejected([faults.MANIFEST.at(one.span, problem=problem, mend=mend)])
