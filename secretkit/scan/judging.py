"""What a file holds: each place asked in turn, then any other field, then the text itself."""

import re
from collections.abc import Iterable, Iterator

from secretkit import looks
from secretkit.hidden import Hidden
from secretkit.lazy import lazily
from secretkit.scan import broken, grading, phrases, places, within
from secretkit.scan.codes import ScanCode
from secretkit.scan.codes.sk813_field import CODE as FIELD
from secretkit.scan.codes.sk814_token import CODE as TOKEN
from secretkit.scan.codes.sk815_url import CODE as URL
from secretkit.scan.nodes import Node, Stretch, Unreadable, below, documents, moved
from secretkit.scan.reading import File, Thing, literal_of, things
from secretkit.scan.seen import SAFE, Seen, Verdict, of_a_field, seen
from secretkit.scan.texts import assignments, looks_like_assignments
from secretkit.tokens import Token

_FLOW = ("{", "[", "&", "*", "|", ">", "@", "!")  # begins what is no value yet
_PLURALS = {"passwords": "password", "tokens": "token", "apiKeys": "api-key", "api_keys": "api-key"}
_PRIVATE = ("d", "p", "q", "k", "dp", "dq", "qi")  # of a JSON Web Key
_LINES = ("command", "args", "cmd", "entrypoint", "test", "extraArgs")  # of words, in any tree
_DEEPEST = 4  # texts within texts
_SHELL = lazily(
    r"(?i)(?:(?:bearer|basic|token)\s+)?(?:\$[a-z_]\w*|\$\{[^{}]*\}|\$\([^()]*\)|`[^`]*`)"
)
_ASSIGNED = lazily(
    r"""[ \t]*(?:[-+*][ \t]+)?(?:(?:export|const|let|var|set|static|final|val|ENV|ARG)[ \t]+){0,3}["']?([A-Za-z_][\w.-]{0,60})["']?[ \t]{0,20}(?::=|[:=])"""
)
_DUMMY = lazily(
    r"(?i)(?:my|your|the|db|some|test)?[-_]?(?:pass(?:word|wd)?|pwd?|secret|token|key|credentials?|xxx+|foo|bar|example)[0-9]?"
)
_DOCUMENTED = lazily(r"@(?:[\w-]{1,63}\.){0,5}example\.(?:com|org|net)\b")  # RFC 2606: nobody's
_BODY = lazily(
    r"-----(?:\\[nr]|[\s\"'+,|>])*(?:[A-Za-z-]+: [^\n]*\n)*(?:\\[nr]|[\s\"'+,|>])*[A-Za-z0-9+/=]{40}"
)


def of_file(file: File) -> list[Seen]:
    """Everything that a file holds, by its lines; what is safe by its structure too."""
    found: list[Seen] = []
    for place in places.all_places():
        if place.read:
            found += place.read(file)
    found += of_things(file, things(file, file.documents))
    if file.is_broken:
        judged = {one.at.line for one in found}
        found += (one for one in broken.find(file) if one.at.line not in judged)
        rows = (one for one in assignments(file.text) if not one.value.startswith(_FLOW))
        told = (_assigned(FIELD, one.steps, one.key, one.node, f"`{file.base}`") for one in rows)
        known = {one.at.line for one in found}
        found += (one for one in told if one and one.at.line not in known)
    found += of_marks(file, found)
    return found


def of_things(file: File, found: Iterable[Thing]) -> Iterator[Seen]:
    """What objects and other documents hold."""
    for thing in found:
        for one in (*within.objects(thing, file), thing):
            for place in places.all_places():
                if place.find:
                    yield from place.find(one, file)
        if not file.is_claimed(thing.node):
            yield from of_tree(file, FIELD, thing.node, thing.steps, thing.subject)


def of_tree(
    file: File,
    code: ScanCode,
    node: Node,
    steps: tuple[str, ...],
    subject: str,
    depth: int = 0,
    key: str = "",
) -> Iterator[Seen]:
    """What the scalars of a tree hold, each by its key; pairs of `name` and `value` by the name."""
    pending: list[tuple[tuple[str, ...], str, Node]] = [(steps, key, node)]
    known: set[int] = set()
    while pending:
        path, key, one = pending.pop()
        if file.is_claimed(one):
            continue
        if one.text is not None:
            yield from of_scalar(file, code, path, key, one, subject, depth)
            continue
        if id(one) in known:
            continue
        known.add(id(one))
        if key in _LINES and len(one.items) > 1 and _is_of_words(one):
            yield from of_a_line(code, path, one, subject)
            continue
        fields = {name for name, _ in one.fields or ()}
        named = _named(one) if fields & {"value", "default", "stringValue"} else ""
        is_key = "kty" in fields
        for where, value in reversed(list(below(one, path))):
            step = where[-1]
            if is_key and step not in _PRIVATE:
                continue
            if step == "args" and "command" in fields and _is_of_words(value):
                if not file.is_claimed(value):
                    yield from of_a_line(code, where, value, subject, one.get("command"))
                continue
            name = key if step.startswith("[") else step
            if value.text is not None:
                if named and step in ("value", "stringValue", "default"):
                    name = named
                elif step in ("value", "plaintext") and looks.names_secret(key):
                    name = key
                elif one.fields is not None:
                    name = _of_parent(one, key, step, value)
            pending.append((where, name, value))


def _is_of_words(node: Node) -> bool:
    return bool(node.items) and all(item.text is not None for item in node.items)


def _of_parent(parent: Node, key: str, step: str, value: Node) -> str:
    """The name of a field with what the mapping around it says: `passwords: {admin: …}`."""
    if key in _PLURALS and value.text and not looks.names_secret(step):
        return "" if step in ("create", "enabled", "existing") else _PLURALS[key]
    if step == "value" and parent.get("op") is not None:  # of a JSON patch
        return parent.word("path").rpartition("/")[2]
    if step in ("secretKey", "secretkey") and parent.get("remoteRef") is None:
        is_pair = parent.get("accessKey") or parent.get("accesskey") or parent.get("accessKeyId")
        if is_pair or not looks.is_name(value.text or ""):
            return "secret_access_key"
    return step


def _named(node: Node) -> str:
    """The name of a pair, as variables and parameters are written."""
    if node.fields is None or len(node.fields) > 4:
        return ""
    return node.word("name") or node.word("key")


def of_scalar(
    file: File,
    code: ScanCode,
    steps: tuple[str, ...],
    key: str,
    node: Node,
    subject: str,
    depth: int = 0,
) -> Iterator[Seen]:
    """What a scalar holds: a value, or a text with values in it."""
    text = node.text or ""
    if not text or (node.plain and len(text) < 6):
        return
    if "chpasswd" in steps[-2:] and ":" in text:
        yield from _of_users(code, steps, node, subject)
        return
    if depth < _DEEPEST and ("\n" in text.strip() or text.lstrip()[:1] in ("{", "[")):
        yield from of_text(file, code, steps, key, node, subject, depth)
        return
    if "{{…}}" in text:
        yield from _of_action(file, code, steps, key, node, subject)
        return
    found = of_a_field(key, text)
    if found is SAFE and " " in text:
        found = of_a_command(text)
    if found is not SAFE:
        yield seen(code, steps, node, found, subject=subject)


def _of_action(
    file: File, code: ScanCode, steps: tuple[str, ...], key: str, node: Node, subject: str
) -> Iterator[Seen]:
    """A text that a template fills: what it holds itself, and what the action does."""
    held = literal_of(file.written(node))
    value = held[0] if held else node.text or ""
    found = of_a_field(key, value)
    if found is not SAFE:
        yield seen(code, steps, node, found, subject=subject, value=value)


def of_text(
    file: File,
    code: ScanCode,
    steps: tuple[str, ...],
    key: str,
    node: Node,
    subject: str,
    depth: int = 0,
) -> Iterator[Seen]:
    """What a text within a file holds: objects, YAML, JSON, assignments, or lines of any kind."""
    text = node.text or ""
    inner: tuple[Node, ...] = ()
    if "-----BEGIN" not in text[:40]:
        try:
            inner = documents(text, node, file.copies)
        except Unreadable:
            inner = ()
    if inner and all(one.text is None for one in inner):
        held: list[Seen] = list(within.of_patches(file, inner, steps, subject))
        for thing in things(file, inner, steps):
            if thing.kind and depth < _DEEPEST:
                held += of_things(file, [thing])
            else:
                held += of_tree(file, code, thing.node, thing.steps, subject, depth + 1)
        yield from held
        return
    yield from of_rows(code, steps, key, node, subject)


def _of_users(code: ScanCode, steps: tuple[str, ...], node: Node, subject: str) -> Iterator[Seen]:
    """Rows of `user:password`, as cloud-init's `chpasswd` takes them."""
    for number, row in enumerate((node.text or "").split("\n"), 1):
        value = row.strip().partition(":")[2]
        if value not in ("R", "RANDOM") and phrases.is_real(value):
            at = moved(Stretch(number, 1, number, len(row) + 1), node)
            verdict = _of_a_password(phrases.IN_SETTINGS, value)
            yield seen(code, (*steps, str(number)), Node(at, value), verdict, subject=subject)


def of_rows(
    code: ScanCode,
    steps: tuple[str, ...],
    key: str,
    node: Node,
    subject: str,
) -> Iterator[Seen]:
    """What the lines of a text hold: assignments, commands, or tokens anywhere."""
    text = node.text or ""
    known: set[int] = set()
    if "-----BEGIN" in text:
        found = of_a_field(key, text)
        if found is not SAFE:
            yield seen(code, steps, node, found, subject=subject)
        return
    assigns = looks_like_assignments(text)
    for one in assignments(text, node) if assigns else ():
        told = _assigned(code, (*steps, *one.steps), one.key, one.node, subject)
        if told:
            known.add(one.at.line)
            yield told
    for number, row in enumerate(text.split("\n"), 1):
        if not 6 <= len(row.strip()) <= 20_000 or row.lstrip().startswith("#"):
            continue
        at = Stretch(number, len(row) - len(row.lstrip()) + 1, number, len(row.rstrip()) + 1)
        place = moved(at, node)
        verdict = of_a_command(row)
        if verdict is not SAFE and (node.indent is None or place.line not in known):
            if node.indent is None and known:
                continue
            yield seen(
                code, (*steps, f"line {number}"), Node(place, row.strip()), verdict, subject=subject
            )


def _assigned(
    code: ScanCode,
    steps: tuple[str, ...],
    key: str,
    node: Node,
    subject: str,
) -> Seen | None:
    found = of_a_field(key.rpartition("/")[2] if "//" in key else key, node.text or "")
    return None if found is SAFE else seen(code, steps, node, found, subject=subject)


def of_a_command(row: str) -> Verdict:
    """A line of a shell or of settings: options, headers and the ways to write a password."""
    found = phrases.of_line(row)
    if found:
        return _of_a_password(found.what, found.value)
    verdict = of_a_field("", _SHELL.sub("<variable>", row))
    return verdict if verdict.what != looks.RANDOM else SAFE


def _of_a_password(what: str, value: str) -> Verdict:
    return Verdict("sure" if grading.of_a_password(value) == "sure" else "likely", what)


def of_a_line(
    code: ScanCode,
    steps: tuple[str, ...],
    line: Node,
    subject: str,
    program: Node | None = None,
) -> Iterator[Seen]:
    """A command line as a list; of `--password VALUE` the option says what the next word is.

    `program` is the list that stands before these words: a container's `command`.
    """
    items = line.items or ((line,) if line.text else ())
    words = [one.text or "" for one in items]
    before = [one.text or "" for one in program.items] if program else []
    held = {one.at - len(before): one.value for one in phrases.of_words((*before, *words))}
    option = ""
    for at, (word, text) in enumerate(zip(items, words, strict=True)):
        path = (*steps, str(at))
        if "\n" in text.strip():
            yield from of_rows(code, path, "", word, subject)
            option = ""
            continue
        name, equals, value = text.partition("=")
        verdict = SAFE
        if at in held:
            verdict = _of_a_password(phrases.ON_A_LINE, held[at])
        elif phrases.is_option(name) and equals:
            path, verdict = _optioned(steps, at, name), of_a_field(name.lstrip("-"), value)
        elif option and not text.startswith("-"):
            path, verdict = _optioned(steps, at, option), of_a_field(option.lstrip("-"), text)
        else:
            verdict = of_a_command(text)
        if verdict is not SAFE:
            yield seen(code, path, word, verdict, subject=subject)
        is_named = phrases.is_option(text) and looks.names_secret(text)
        option = text if is_named else ""


def _optioned(steps: tuple[str, ...], at: int, option: str) -> tuple[str, ...]:
    """An option's name shows what is wrong; a short one may have the value in the same word."""
    return (*steps, option if option.startswith("--") else str(at))


def of_marks(file: File, known: Iterable[Seen]) -> Iterator[Seen]:
    """Tokens and URLs in the text that no place has judged."""
    text = file.text
    starts: list[int] | None = None
    taken: dict[int, list[Stretch]] = {}
    numbers: dict[tuple[str, str], int] = {}
    for mark in looks.marks(text):
        if starts is None:
            starts = _starts(text)
            for one in known:
                for line in range(one.at.line, min(one.at.end_line, one.at.line + 5_000) + 1):
                    taken.setdefault(line, []).append(one.at)
        at = _stretch(starts, mark)
        if any(_holds(one, at) for one in taken.get(at.line, ())) or not _is_real(text, mark):
            continue
        taken.setdefault(at.line, []).append(at)
        name = _name_of(text, starts[at.line - 1], mark.start)
        number = numbers[mark.what, name] = numbers.get((mark.what, name), 0) + 1
        code = URL if mark.what == "a URL with a password" else TOKEN
        steps = (mark.what, *filter(None, (name,)), str(number))
        value = Hidden(text[mark.start : mark.end].encode())
        sure = "likely" if code is URL and not file.is_yaml else "sure"
        yield Seen(code, steps, at, sure, mark.what, "", value)  # type: ignore[arg-type]


def _name_of(text: str, line: int, start: int) -> str:
    """The name that a mark is assigned to on its line, so that one elsewhere is another finding."""
    found = _ASSIGNED.match(text, max(line, start - 400), start)
    return found[1] if found else ""


def _is_real(text: str, mark: Token) -> bool:
    """Whether a mark is a value rather than the form of one, as code and docs have it."""
    found = text[mark.start : mark.end]
    if mark.what == "a private key":
        return _BODY.search(text, mark.start, mark.end + 400) is not None
    if mark.what == "a URL with a password":
        if _DOCUMENTED.match(text, mark.end):
            return False
        begin = text.rfind("://", 0, mark.start)
        if re.search(
            r"[\"'`<>{}()\[\]$\\,;|]|%[sdvq(]", text[begin : mark.end]
        ) or looks.is_placeholder(found):
            return False
        return _DUMMY.fullmatch(found) is None and not re.search(
            r"(?i)example|\*\*\*|xxx|\.\.\.", found
        )
    return len(set(found)) > 8 and not re.search(r"(?i)example|x{6}|0{10}|1234567890abcdef", found)


def _starts(text: str) -> list[int]:
    """Where each line begins."""
    found = [0]
    at = text.find("\n")
    while at >= 0:
        found.append(at + 1)
        at = text.find("\n", at + 1)
    return found


def _stretch(starts: list[int], mark: Token) -> Stretch:
    from bisect import bisect_right

    first = bisect_right(starts, mark.start) - 1
    last = bisect_right(starts, mark.end) - 1
    return Stretch(first + 1, mark.start - starts[first] + 1, last + 1, mark.end - starts[last] + 1)


def _holds(outer: Stretch, inner: Stretch) -> bool:
    """Whether two stretches share anything."""
    begins = (outer.line, outer.column) < (inner.end_line, inner.end_column)
    return begins and (inner.line, inner.column) < (outer.end_line, outer.end_column)
