"""Files whose form is their own: scripts, XML, a password alone, and lists of users."""

from collections.abc import Iterator

from secretkit.lazy import lazily
from secretkit.scan import judging, phrases
from secretkit.scan.codes.sk811_file_of_logins import CODE
from secretkit.scan.nodes import Node, Stretch
from secretkit.scan.places import Place
from secretkit.scan.reading import File
from secretkit.scan.seen import SAFE, Seen, Verdict, of_a_field, seen
from secretkit.scan.texts import assignments

_SCRIPTS = lazily(
    r"(?is).*\.(?:sh|bash|zsh|ksh|mk)|(?:gnu)?makefile|jenkinsfile|justfile|vagrantfile"
)
_XML = lazily(
    r"(?is)(?:settings|context|server|tomcat-users|web|hibernate\.cfg|persistence)\.xml|web\.config"
)
_ALONE = lazily(r"(?is)(?:.*[-_.])?(?:password|passwd|vault[-_]?pass(?:word)?)(?:\.txt)?")
_USERS = lazily(r"(?is)\.?htpasswd|.*\.htpasswd")
_HASHED = lazily(r"[\w.@-]{1,100}:(\$(?:apr1|2[aby]|5|6)\$\S{10,200}|\{SHA\}\S{20,60})")
_LONGEST = 2_000  # of a row that a person wrote


def read(file: File) -> Iterator[Seen]:
    base = file.base
    if _SCRIPTS.fullmatch(base) or _XML.fullmatch(base):
        yield from _rows(file)
    elif _USERS.fullmatch(base):
        for number, row in enumerate(file.rows, 1):
            found = _HASHED.match(row)
            if found:
                yield _seen(file, number, row, Verdict("likely", "a password, hashed"))
    elif _ALONE.fullmatch(base):
        text = file.text.strip()
        if 4 <= len(text) <= 200 and not any(map(str.isspace, text)) and phrases.is_real(text):
            yield _seen(file, 1, file.rows[0], Verdict("sure", "a password in a file of its own"))


def _rows(file: File) -> Iterator[Seen]:
    """Of a language only what is sure: a word may be anything there."""
    for number, row in enumerate(file.rows, 1):
        if not 8 <= len(row) <= _LONGEST or row.lstrip().startswith(("#", "//", "<!--")):
            continue
        verdict = judging.of_a_command(row)
        for one in assignments(row) if verdict is SAFE else ():
            verdict = of_a_field(one.key, one.value)
        if verdict.sureness == "sure":
            yield _seen(file, number, row, verdict)


def _seen(file: File, number: int, row: str, verdict: Verdict) -> Seen:
    at = Stretch(number, len(row) - len(row.lstrip()) + 1, number, len(row) + 1)
    return seen(CODE, (f"line {number}",), Node(at, row.strip()), verdict, subject=f"`{file.base}`")


PLACE = Place(read=read)
