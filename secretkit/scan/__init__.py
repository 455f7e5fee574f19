"""Values in the clear, anywhere in a tree, in what is staged, or in history."""

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from secretkit.finding import Finding, Severity, Usage
from secretkit.load.inputs import find_root
from secretkit.report import Spot, fingerprint
from secretkit.scan import allowing, baseline, git, gitleaks, judging, merging, showing
from secretkit.scan.baseline import Entry, Ignored, Known
from secretkit.scan.gitleaks import Leak
from secretkit.scan.nodes import MOST_COPIES, Stretch
from secretkit.scan.places import key_file, kustomization
from secretkit.scan.reading import MOST_BYTES, File, Wanted, things
from secretkit.scan.seen import Seen
from secretkit.scan.walking import (
    INNER,
    MISSING,
    Content,
    Passed,
    is_bare,
    kustomizations,
    of_history,
    of_index,
    of_tree,
)
from secretkit.text import Excerpt, Source, Span

_SHOWN = 5  # names in a note
_NO_YAML = "{files} that {are} no YAML"
_TOO_MUCH = f"{{files}} of which aliases and merge keys make more than {MOST_COPIES:,} nodes"
_KINDS = {
    INNER: ("repository within this one", "repositories within this one"),
    MISSING: ("file that is not in this clone", "files that are not in this clone"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to look through: the tree, or what is `staged`, or the `history` of a range (all: "")."""

    paths: Sequence[Path]
    staged: bool = False
    history: str | None = None
    baseline: Path | None = None
    gitleaks: str = "never"  # auto, never, or the program


class Scanned(NamedTuple):
    """What was found, by files and lines, and what is to be said beside."""

    root: Path
    spots: list[Spot]
    notes: list[str]
    files: int
    entries: list[Entry]  # every finding, those of the baseline too


def scan(request: Request) -> Scanned:
    """Looks through files; raises Usage where that cannot be done."""
    if request.staged and request.history is not None:
        raise Usage("--staged and --history: one of them, please")
    if request.history is not None:
        git.refuse_option(request.history)
    root = find_root(request.paths)
    for path in request.paths:
        if request.history is None and is_bare(path):
            raise Usage(f"{path}: is a bare repository, which has no files: use --history")
    run = _Run(root, request)
    paths = [_below(root, path) for path in request.paths]
    run.leaks(paths)
    contents: Iterable[Content | Passed]
    try:
        if request.staged:
            run.want(kustomizations(root, None))
            contents = of_index(root, paths)
        elif request.history is not None:
            if git.is_shallow(root):
                run.notes.append("this clone is shallow: of older commits nothing is seen")
            run.want(kustomizations(root, request.history))
            contents = of_history(root, request.history, paths)
        else:
            contents = of_tree(root, paths)
        for content in contents:
            run.take(content)
    except git.Failed:
        what = (
            "what is staged" if request.staged else f"the history {request.history or ''}".rstrip()
        )
        raise Usage(f"git cannot show {what}") from None
    run.finish()
    return Scanned(root, run.spots(), run.notes, run.count, run.entries)


class _Run:
    """The findings of one run; no text and no value stays in it."""

    def __init__(self, root: Path, request: Request) -> None:
        self.root, self.notes, self.count = root, list[str](), 0
        self.entries: list[Entry] = []
        self._request = request
        self._known = baseline.read(request.baseline) if request.baseline else Known()
        self._ignored: dict[tuple[str, int], list[Ignored]] = {}
        for entry in baseline.ignored_by_gitleaks(root):
            self._ignored.setdefault((entry.file, entry.line), []).append(entry)
        self._said: dict[str, None] = {}  # notes on lines, each once, in order
        self._leaks: dict[tuple[str, str], list[Leak]] | None = None
        self._spots: list[Spot] = []
        self._passed: dict[str, list[str]] = {}
        self._as_text: dict[str, set[str]] = {}
        self._wanted: dict[str, Wanted] = {}
        self._is_tree = not request.staged and request.history is None
        self._again: dict[str, tuple[Content, frozenset[int]]] = {}
        self._met: set[bytes] = set()  # of history: the same value at the same place, once
        self._key = os.urandom(16)

    def leaks(self, paths: Sequence[str]) -> None:
        """Asks gitleaks about what is looked through."""
        program = gitleaks.find(self._request.gitleaks)
        if program is None:
            return
        try:
            if self._request.staged:
                found = gitleaks.of_index(program, self.root)
            elif self._request.history is not None:
                found = gitleaks.of_history(program, self.root, self._request.history)
            else:
                found = gitleaks.of_tree(program, self.root, paths)
        except gitleaks.Failed as failed:
            if self._request.gitleaks != "auto":
                raise Usage(f"gitleaks: {failed}") from None
            self.notes.append(f"without gitleaks: {failed}")
            return
        if (self.root / gitleaks.CONFIG).is_file():
            self.notes.append(
                f"gitleaks goes by the repository's own {gitleaks.CONFIG}, which may leave out rules and paths"
            )
        self._leaks = {}
        for leak in found:
            self._leaks.setdefault((leak.commit, leak.file), []).append(leak)

    def want(self, kustomizations: Iterable[Content]) -> None:
        """Keeps which files these make part of objects."""
        for content in kustomizations:
            text = _decoded(content.read() or b"")
            if text is not None and "enerator" in text:
                file = File(content.name, text)
                for thing in things(file, file.documents):
                    for _ in kustomization.find(thing, file):
                        pass  # judged where the file itself is looked at
                self._keep(file.wanted)

    def _keep(self, wanted: Iterable[Wanted]) -> None:
        for one in wanted:
            known = self._wanted.get(one.path)
            if known is None or (one.is_secret and not known.is_secret):
                self._wanted[one.path] = one

    def take(self, content: Content | Passed) -> None:
        if isinstance(content, Passed):
            self._passed.setdefault(content.why, []).append(content.name)
            return
        raw = content.read()
        if raw is None or len(raw) > MOST_BYTES:
            why = "above 5 MiB" if raw is not None or content.commit else "unreadable"
            self._passed.setdefault(why, []).append(content.name)
            return
        self.count += 1
        file = File(content.name, "")
        if key_file.is_keystore(file.base):
            self._judged(file, [key_file.of_a_keystore(file)], content.commit)
            return
        text = _decoded(raw)
        if text is None:
            self._passed.setdefault("binary", []).append(content.name)
            return
        file = File(content.name, text)
        found = judging.of_file(file)
        if file.is_too_much or file.is_broken:
            why = _TOO_MUCH if file.is_too_much else _NO_YAML
            self._as_text.setdefault(why, set()).add(file.name)
        self._judged(file, found, content.commit)
        lines = frozenset(one.at.line for one in found if one.is_found)
        if self._is_tree:
            self._keep(file.wanted)
            self._again[file.name] = content, lines
        elif file.name in self._wanted:
            self._judged_as_wanted(file, lines, content.commit)

    def _judged_as_wanted(self, file: File, lines: frozenset[int], commit: str) -> None:
        """What a generator makes of a file, but for the lines that something was found in."""
        found = merging.of_wanted(file, self._wanted[file.name])
        self._judged(file, [one for one in found if one.at.line not in lines], commit, leaks=False)

    def finish(self) -> None:
        """The files that kustomizations make part of objects; what was passed over, what is stale."""
        for path in sorted(self._wanted.keys() & self._again.keys()):
            content, lines = self._again[path]
            text = _decoded(content.read() or b"")
            if text is not None:
                self._judged_as_wanted(File(path, text), lines, "")
        self.notes += self._said
        for why, files in sorted(self._as_text.items()):
            one_of = "file" if len(files) == 1 else "files"
            verb = "is" if len(files) == 1 else "are"
            what = why.format(files=one_of, are=verb)
            self.notes.append(f"{len(files)} {what}: {_listed(files)}; looked at as text")
        for why, names in sorted(self._passed.items()):
            one_of, many = _KINDS.get(why, (f"{why} file", f"{why} files"))
            what = one_of if len(names) == 1 else many
            self.notes.append(f"{len(names)} {what} passed over: {_listed(names)}")
        if self._request.baseline and self._is_tree:
            tops = [_below(self.root, path) for path in self._request.paths]
            for entry in self._known.stale():
                if any(
                    not top or entry.file == top or entry.file.startswith(f"{top}/") for top in tops
                ):
                    key = f" {showing.name(entry.key)}" if entry.key else ""
                    self.notes.append(
                        f"stale in {self._request.baseline}: {showing.name(entry.code)} {showing.path(entry.file)}{key} is found no more"
                    )

    def spots(self) -> list[Spot]:
        return sorted(
            self._spots,
            key=lambda one: (
                one.span.source.name,
                one.span.line,
                one.span.column,
                one.finding.code,
            ),
        )

    def _judged(self, file: File, found: list[Seen], commit: str, *, leaks: bool = True) -> None:
        """Keeps what is found and neither allowed nor known."""
        if self._leaks is not None and leaks:
            found = merging.merged(found, self._leaks.get((commit, file.name), ()), file)
        numbers: dict[tuple[str, str], int] = {}
        met: set[tuple[str, Stretch, bytes]] = set()  # an alias shows one place many times
        for one in found:
            here = (one.code.code, one.at, one.value.reveal())
            if not one.is_found or here in met:
                continue
            met.add(here)
            key = ".".join(map(showing.name, one.steps))
            count = numbers[one.code.code, key] = numbers.get((one.code.code, key), 0) + 1
            key = f"{key}#{count}" if count > 1 else key
            if self._is_allowed(file, one) or self._is_ignored(file, one, commit):
                continue
            finding = _finding(one, file.name, key, commit)
            if commit and self._is_repeated(finding, one):
                continue
            mark = fingerprint(finding, showing.path(file.name))
            self.entries.append(Entry(mark, one.code.code, showing.path(file.name), key))
            if not self._known.has(mark, file.name, one.value.reveal()):
                self._spots.append(_spot(finding, one))

    def _is_allowed(self, file: File, one: Seen) -> bool:
        said = allowing.is_allowed(file.rows, one.at.line, one.code.code)
        if said == "unclear":
            text = (
                f"{showing.path(file.name)}:{one.at.line}: `secretkit:allow` allows nothing, since"
            )
            self._said.setdefault(f"{text} no code of scan is written like that", None)
        return said == "yes"

    def _is_ignored(self, file: File, one: Seen, commit: str) -> bool:
        """Whether `.gitleaksignore` has this place, with a rule that finds what is found here."""
        rules = self._ignored.get((file.name, one.at.line), ())
        by = one.by.split(", ")
        return any(
            rule.commit in ("", commit)
            and (rule.rule in by or gitleaks.means(rule.rule, one.code.code, one.what))
            for rule in rules
        )

    def _is_repeated(self, finding: Finding, one: Seen) -> bool:
        text = "\0".join((finding.code, finding.place.source.name, finding.identity))  # type: ignore[union-attr]
        digest = blake2b(
            text.encode(errors="replace") + b"\0" + one.value.reveal(),
            key=self._key,
            digest_size=16,
        ).digest()
        if digest in self._met:
            return True
        self._met.add(digest)
        return False


def _finding(one: Seen, name: str, key: str, commit: str) -> Finding:
    at = one.at
    end = at.end_column if at.end_line == at.line else at.column + 1
    span = Span(
        Source(showing.path(name), ""), at.line, at.column, at.line, max(end, at.column + 1)
    )
    severity: Severity = one.code.severity
    if one.sureness in ("sure", "likely") and one.code.code not in ("SK802", "SK819"):
        severity = "error" if one.sureness == "sure" else "warning"
    step = one.steps[-1] if one.steps else ""
    if step == "value" and len(one.steps) > 1:
        step = one.steps[-2].strip("[]")
    found = one.code.at(
        span, subject=showing.name(one.subject), key=showing.name(step), what=showing.name(one.what)
    )
    message = found.message
    if one.by and one.code.code != "SK819":
        message += f" (gitleaks: {showing.name(one.by)})"
    if commit:
        message += f" (commit {commit[:12]})"
    return found._replace(severity=severity, message=message, identity=key)


def _spot(finding: Finding, one: Seen) -> Spot:
    span = finding.place
    assert isinstance(span, Span)
    head = (
        f"{showing.name(one.steps[-1])}: "
        if one.steps and one.code.code not in ("SK814", "SK815", "SK819")
        else ""
    )
    excerpt = Excerpt(head + showing.DOTS, len(head), len(head) + len(showing.DOTS))
    return Spot(finding, span, excerpt, ())


def _listed(names: Collection[str]) -> str:
    shown = ", ".join(map(showing.path, sorted(names)[:_SHOWN]))
    return shown + (", …" if len(names) > _SHOWN else "")


def _below(root: Path, path: Path) -> str:
    whole = (
        path.absolute().parent.resolve() / path.name
        if path.name not in ("", "..")
        else path.resolve()
    )
    if whole.is_symlink():
        raise Usage(f"{path}: is a symlink, which is not followed")
    if not whole.is_relative_to(root):
        raise Usage(f"{path}: lies outside the root {root}")
    found = whole.relative_to(root).as_posix()
    return "" if found == "." else found


def _decoded(raw: bytes) -> str | None:
    """A file's text with LF line ends; None of what is binary."""
    encoding = _encoding(raw)
    if encoding:
        text = raw.decode(encoding, errors="replace").removeprefix("\ufeff")
    elif b"\0" in raw[:8192]:
        return None
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:  # one odd byte hides nothing
            text = raw.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")


def _encoding(raw: bytes) -> str | None:
    """UTF-16 or UTF-32, by its mark or by where the NULs of its Latin characters stand."""
    if raw[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return "utf-32"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    head = raw[: min(len(raw) // 4 * 4, 1024)]
    for width, name in ((4, "utf-32"), (2, "utf-16")):
        for at, order in ((0, "le"), (width - 1, "be")):
            rest = bytes(byte for n, byte in enumerate(head) if n % width != at)
            latin = head[at::width]
            if latin and not any(rest) and latin.isascii() and b"\0" not in latin:
                return f"{name}-{order}"
    return None
