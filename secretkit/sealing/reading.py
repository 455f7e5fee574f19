"""Secrets in manifests of files, folders and stdin: what is none is passed over, and said."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from secretkit.finding import Finding, Rejected, Usage
from secretkit.load import decode
from secretkit.load.inputs import reason
from secretkit.load.manifests import Manifest, load_documents, load_manifests
from secretkit.names import is_subdomain
from secretkit.sealing import faults
from secretkit.text import Source, Span

STDIN = "-"
SEALED = "SealedSecret"
_ENDINGS = (".yaml", ".yml", ".json")
_MOST_BYTES = 3 * 1024 * 1024  # room for a Secret of 1 MiB in base64, and more objects
_SECRET = re.compile(rb"""\bkind["']?[ \t]*:[ \t]*["']?Secret["']?[ \t]*(?:[,}#\r\n]|\Z)""")
_MOST_NAMED = 5  # in one note


class Found(NamedTuple):
    """A Secret of a file, of which nobody has looked into the values yet."""

    name: str
    namespace: str | None
    body: Mapping[str, Any]
    source: Source
    span: Span

    @property
    def is_sealed(self) -> bool:
        return bool(self.body["kind"] == SEALED)

    @property
    def at(self) -> Span:
        """Where it begins, without a line of the text: anything in it may be a value."""
        return _unshown(self.span)

    def key(self, *path: str) -> Span:
        """Where a key of it stands, likewise; where it begins if that cannot be found."""
        return _unshown(_span_of(self.source, self.span, path) or self.span)


class Read(NamedTuple):
    """The Secrets that are there, and what was passed over."""

    secrets: tuple[Found, ...]
    notes: tuple[str, ...]


def read(paths: Sequence[Path], stdin: BinaryIO | None) -> Read:
    """The Secrets of files, of folders and what is below them, and of stdin for `-`.

    Raises Usage where a path cannot be read, Rejected with every Secret that cannot be.
    """
    reading = _Reading()
    for path in paths:
        if str(path) == STDIN:
            if stdin is None:
                raise Usage("--from-secret -: stdin is closed")
            reading.take("stdin", stdin.read(_MOST_BYTES + 1), is_direct=True)
        elif path.is_dir():
            reading.walk(path)
        else:
            reading.open(path, is_direct=True)
    if reading.findings:
        raise Rejected(reading.findings)
    return Read(tuple(reading.secrets), tuple(reading.notes()))


class _Reading:
    """The files of one call, one after the other."""

    def __init__(self) -> None:
        self.secrets: list[Found] = []
        self.findings: list[Finding] = []
        self._passed: dict[str, list[str]] = {}  # why -> which

    def notes(self) -> Iterator[str]:
        for why, names in self._passed.items():
            more = len(names) - _MOST_NAMED
            rest = f" and {more} more" if more > 0 else ""
            yield f"{why}: {', '.join(names[:_MOST_NAMED])}{rest}"

    def walk(self, top: Path) -> None:
        """The files below a folder, in the order of their paths; no symlink and no hidden one."""
        files: list[Path] = []
        pending = [top]
        while pending:
            folder = pending.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda one: one.name)
            except OSError as error:
                raise Usage(f"{folder}: {reason(error)}") from None
            for entry in entries:
                path = folder / entry.name
                is_folder = entry.is_dir(follow_symlinks=False)
                if entry.name == ".git" or not (is_folder or path.suffix.lower() in _ENDINGS):
                    continue
                if entry.name.startswith("."):
                    self._pass("hidden, so not read", path)
                elif entry.is_symlink():
                    self._pass("a symlink, so not read", path)
                elif is_folder:
                    pending.append(path)
                else:
                    files.append(path)
        for file in sorted(files, key=lambda one: one.as_posix()):
            self.open(file, is_direct=False)

    def open(self, path: Path, *, is_direct: bool) -> None:
        try:
            with path.open("rb") as stream:
                content = stream.read(_MOST_BYTES + 1)
        except OSError as error:
            raise Usage(f"{path}: {reason(error)}") from None
        self.take(path.as_posix(), content, is_direct=is_direct)

    def take(self, name: str, content: bytes, *, is_direct: bool) -> None:
        """What a file holds. One that was named is refused where a folder's is passed over."""
        if b"{{" in content and _is_of_chart(Path(name)):
            self._template(name)
            return
        try:
            source = decode(name, content, _MOST_BYTES)
            objects = tuple(_objects(source))
        except Rejected as rejected:
            if b"{{" in content and not is_direct:
                self._template(name)
            elif is_direct or _SECRET.search(content):
                self.findings += map(_finding_unshown, rejected.findings)
            else:
                self._pass("not a manifest, so passed over", name)
            return
        kinds = {str(one.body["kind"]) for one in objects}
        for one in objects:
            is_plain = one.body["apiVersion"] == "v1" and one.body["kind"] == "Secret"
            if is_plain or (is_direct and one.body["kind"] == SEALED):
                try:
                    self.secrets.append(_found(one, source))
                except Rejected as rejected:
                    self.findings += rejected.findings
        if "secretGenerator" in source.text and Path(name).stem.lower() == "kustomization":
            way = f"`kubectl kustomize {Path(name).parent.as_posix()} | secretkit seal FILE --from-secret -`"  # fmt: skip
            self._pass(f"makes Secrets itself, which {way} takes", name)
        elif SEALED in kinds and not is_direct:
            self._pass("sealed already, so passed over (named as a file it is taken as it is)", name)  # fmt: skip
        elif any(map(is_of_sops, kinds)):
            self._pass("encrypted by sops, which `sops decrypt FILE | secretkit seal FILE --from-secret -` takes", name)  # fmt: skip
        elif not objects and _SECRET.search(content):
            self._pass("not a manifest, so passed over, though it speaks of Secrets (of a chart `helm template CHART` makes them)", name)  # fmt: skip
        elif not kinds & {"Secret", SEALED}:
            self._pass("no Secret in it, so passed over", name)

    def _template(self, name: str) -> None:
        self._pass("a template, whose Secrets `helm template CHART | secretkit seal FILE --from-secret -` takes", name)  # fmt: skip

    def _pass(self, why: str, name: str | Path) -> None:
        self._passed.setdefault(why, []).append(str(name))


def _is_of_chart(path: Path) -> bool:
    return any(
        one.name == "templates" and (one.parent / "Chart.yaml").is_file() for one in path.parents
    )


def _objects(source: Source) -> Iterator[Manifest]:
    """The objects of a file, whatever else stands beside them; raises Rejected."""
    try:
        yield from load_manifests(source)
        return
    except Rejected:
        documents = load_documents(source)  # raises what is more than a document that is no object
    for body, span in documents:
        pending = [body]
        while pending:
            one = pending.pop(0)
            if not isinstance(one, dict) or not all(
                isinstance(one.get(field), str) for field in ("apiVersion", "kind")
            ):
                continue
            if one["kind"].endswith("List") and isinstance(one.get("items"), list):
                pending[:0] = one["items"]
            else:
                yield Manifest(one, span)


def _found(one: Manifest, source: Source) -> Found:
    """A Secret by its name and namespace; raises Rejected where these are none."""
    metadata = one.body.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(name, str) or not name:
        raise refused(_unshown(one.span), "a Secret without a name")
    found = Found(name, None, one.body, source, one.span)
    if not is_subdomain(name):
        problem = "a Secret has a name that Kubernetes does not take (a-z, 0-9, `-` and `.`)"
        raise refused(found.key("metadata", "name"), problem)
    namespace = metadata.get("namespace")
    if namespace is not None and not isinstance(namespace, str):
        raise refused(found.key("metadata", "namespace"), f"`namespace` of the Secret `{name}` is no text", "quote it")  # fmt: skip
    return found._replace(namespace=namespace or None)


def is_of_sops(text: str) -> bool:
    return text.startswith("ENC[AES256_GCM,")


def _span_of(source: Source, start: Span, path: Iterable[str]) -> Span | None:
    """Where a key stands in the object that begins at `start`."""
    import yaml

    pending: list[Any] = list(yaml.compose_all(source.text, Loader=yaml.CSafeLoader))
    while pending:
        node = pending.pop()
        mark = getattr(node, "start_mark", None)
        if node is None or isinstance(node.value, str) or mark is None:
            continue
        if node.id == "mapping" and (mark.line + 1, mark.column + 1) == (start.line, start.column):
            return _key_in(source, node, path)
        pending += node.value if node.id == "sequence" else [value for _, value in node.value]
    return None


def _key_in(source: Source, node: Any, path: Iterable[str]) -> Span | None:
    key = None
    for step in path:
        pairs = node.value if getattr(node, "id", "") == "mapping" else ()
        key, node = next(((k, v) for k, v in pairs if k.value == step), (None, None))
        if key is None:
            return None
    if key is None:
        return None
    line, column = key.start_mark.line + 1, key.start_mark.column + 1
    return Span(source, line, column, line, column + 1)


def _finding_unshown(finding: Finding) -> Finding:
    """The finding without the line it stands at: anything in it may be a value."""
    assert isinstance(finding.place, Span)
    return finding._replace(place=_unshown(finding.place))


def _unshown(span: Span) -> Span:
    return span._replace(source=Source(span.source.name, ""))


def refused(at: Span, problem: str, mend: str = "mend the manifest") -> Rejected:
    return Rejected([faults.MANIFEST.at(at, problem=problem, mend=mend)])
