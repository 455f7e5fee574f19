"""Values in the clear, anywhere in a tree, in what is staged, or in history."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from secretkit import looks
from secretkit.finding import Finding, Severity, Usage
from secretkit.load.inputs import find_root
from secretkit.report import Spot, fingerprint
from secretkit.scan import allowing, baseline, git, gitleaks, judging, merging
from secretkit.scan.baseline import Entry, Known
from secretkit.scan.gitleaks import Leak
from secretkit.scan.places import key_file
from secretkit.scan.reading import MOST_BYTES, File, Wanted
from secretkit.scan.seen import Seen
from secretkit.scan.walking import Content, Passed, of_history, of_index, of_tree
from secretkit.text import Excerpt, Source, Span

_DOTS = "........"
_LONGEST_STEP = 100
_SHOWN = 5  # names in a note


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
    root = find_root(request.paths)
    run = _Run(root, request)
    paths = [_below(root, path) for path in request.paths]
    run.leaks(paths)
    contents: Iterable[Content | Passed]
    try:
        if request.staged:
            contents = of_index(root, paths)
        elif request.history is not None:
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
        self._ignored = baseline.ignored_by_gitleaks(root)
        self._leaks: dict[tuple[str, str], list[Leak]] | None = None
        self._spots: list[Spot] = []
        self._passed: dict[str, list[str]] = {}
        self._wanted: dict[str, Wanted] = {}
        self._again: dict[str, Content] = {}
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
        self._leaks = {}
        for leak in found:
            self._leaks.setdefault((leak.commit, leak.file), []).append(leak)

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
        self._judged(file, found, content.commit)
        if not content.commit:
            self._wanted.update((one.path, one) for one in reversed(file.wanted))
            self._again[content.name] = content._replace(content=None)

    def finish(self) -> None:
        """The files that kustomizations make part of objects; what was passed over, what is stale."""
        for path, wanted in sorted(self._wanted.items()):
            content = self._again.get(path)
            raw = content.read() if content else None
            text = _decoded(raw) if raw is not None else None
            if text is not None:
                file = File(path, text)
                known = {
                    one.span.line for one in self._spots if one.span.source.name == _clean(path)
                }
                found = [one for one in merging.of_wanted(file, wanted) if one.at.line not in known]
                self._judged(file, found, "", leaks=False)
        for why, names in sorted(self._passed.items()):
            shown = ", ".join(map(_clean, sorted(names)[:_SHOWN])) + (
                ", …" if len(names) > _SHOWN else ""
            )
            what = "file" if len(names) == 1 else "files"
            self.notes.append(f"{len(names)} {why} {what} passed over: {shown}")
        if self._request.baseline and not self._request.staged and self._request.history is None:
            tops = [_below(self.root, path) for path in self._request.paths]
            for entry in self._known.stale():
                if any(
                    not top or entry.file == top or entry.file.startswith(f"{top}/") for top in tops
                ):
                    key = f" {entry.key}" if entry.key else ""
                    self.notes.append(
                        f"stale in {self._request.baseline}: {entry.code} {entry.file}{key} is found no more"
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
        for one in found:
            if not one.is_found:
                continue
            key = ".".join(map(_shown, one.steps))
            count = numbers[one.code.code, key] = numbers.get((one.code.code, key), 0) + 1
            key = f"{key}#{count}" if count > 1 else key
            if allowing.is_allowed(file.rows, one.at.line, one.code.code) or self._is_ignored(
                file, one
            ):
                continue
            finding = _finding(one, file.name, key, commit)
            if commit and self._is_repeated(finding, one):
                continue
            mark = fingerprint(finding, _clean(file.name))
            self.entries.append(Entry(mark, one.code.code, _clean(file.name), key))
            if not self._known.has(mark, file.name, one.value.reveal()):
                self._spots.append(_spot(finding, one))

    def _is_ignored(self, file: File, one: Seen) -> bool:
        if not self._ignored:
            return False
        rules = one.by.split(", ") if one.by else []
        known = {(name, line) for name, rule, line in self._ignored if not rules or rule in rules}
        return (file.name, one.at.line) in known

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
    span = Span(Source(_clean(name), ""), at.line, at.column, at.line, max(end, at.column + 1))
    severity: Severity = one.code.severity
    if one.sureness in ("sure", "likely") and one.code.code not in ("SK802", "SK819"):
        severity = "error" if one.sureness == "sure" else "warning"
    step = one.steps[-1] if one.steps else ""
    if step == "value" and len(one.steps) > 1:
        step = one.steps[-2].strip("[]")
    found = one.code.at(span, subject=_shown(one.subject), key=_shown(step), what=one.what)
    message = found.message
    if one.by and one.code.code != "SK819":
        message += f" (gitleaks: {one.by})"
    if commit:
        message += f" (commit {commit[:12]})"
    return found._replace(severity=severity, message=message, identity=key)


def _spot(finding: Finding, one: Seen) -> Spot:
    span = finding.place
    assert isinstance(span, Span)
    head = (
        f"{_shown(one.steps[-1])}: "
        if one.steps and one.code.code not in ("SK814", "SK815", "SK819")
        else ""
    )
    excerpt = Excerpt(head + _DOTS, len(head), len(head) + len(_DOTS))
    return Spot(finding, span, excerpt, ())


def _shown(step: str) -> str:
    """A name as it may be shown: no control characters, not long, and nothing that looks secret."""
    if looks.look("", step).is_secret or looks.is_random(step):
        return _DOTS
    text = _clean(step)
    return text if len(text) <= _LONGEST_STEP else text[:_LONGEST_STEP] + "…"


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


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
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = raw.decode("utf-16", errors="replace")
    elif b"\0" in raw[:8192]:
        return None
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:  # one odd byte hides nothing
            text = raw.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ")
