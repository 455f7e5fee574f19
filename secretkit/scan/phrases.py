"""How programs take a password on their command lines, and how their files of settings write one.

A row each: a text that a line must hold (in lower case), and the pattern, whose group is the value.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from secretkit import looks
from secretkit.lazy import lazily
from secretkit.scan import grading

ON_A_LINE = "a password on a command line"
IN_SETTINGS = "a password in a program's settings"
_WORD = lazily(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|((?:[^\s"'\\]|\\.)+))""")
_SEPARATOR = lazily(r"\|\||&&|[|;&\n]")

_SETTINGS = tuple(
    (hint, lazily(pattern))
    for hint, pattern in (
        ("password>", r"(?i)<(?:[\w.-]{0,40}[:._-]|\w{0,30})password>([^<>\s]{4,200})</"),  # XML
        ("bearer ", r"(?i)^\s*bearer[ \t]+(?=[^\s]*\d)([\w.~+/=-]{8,2000})\s*$"),
        ("--", r"(?<!\S)--(?:[a-z-]{0,30}-)?(?:password|passwd|token|secret-key|api-key|client-secret)[ \t]+[\"']?([^\s\"'-][^\s\"']{5,200})"),
        ("insecure-password", r"\binsecure-password[ \t]+[\"']?([^\s\"']{3,200})"),  # haproxy
        ("stats auth", r"\bstats[ \t]+auth[ \t]+[\w.@-]{1,100}:([^\s\"']{3,200})"),
        ("identified", r"(?i)\bidentified[ \t]+(?:with[ \t]+[\w'\"]{1,60}[ \t]+)?(?:by|as)[ \t]+'([^'\n]{3,200})'"),
        ("password", r"(?i)\bpassword[ \t]+'([^'\n]{3,200})'"),  # of SQL
        ("passw", r"(?i)^[ \t]*(?:http_|proxy_|\w{1,20}[_.])?passw(?:or)?d[ \t]+([^\s=:\"'|;&<>()][^\s\"'|;&<>()]{3,200})[ \t]*$"),
        ("password", r"(?i)\bpassword[ \t]*=[ \t]*[\"']([^\"'\n]{4,200})[\"']"),  # of XML and JAAS
        ("login", r"\blogin[ \t]+\S{1,100}[ \t]+password[ \t]+([^\s\"']{3,200})"),  # netrc
        ("_auth", r":_(?:authToken|auth|password)[ \t]*=[ \t]*([^\s\"']{4,400})"),  # npmrc
        ("user ", r"^[ \t]*user[ \t]+[\w.@-]{1,60}[ \t][^\n]{0,100}?(?<!\S)>([^\s>]{4,200})"),  # ACL of Redis
        ("\"", r"^[ \t]*\"[\w.@-]{1,60}\"[ \t]+\"([^\"\s]{4,200})\"[ \t]*$"),  # userlist of pgbouncer
        ("basic ", r"(?i)\bauthorization[\"']?[ \t:=]+[\"']?basic[ \t]+([A-Za-z0-9+/]{8,400}={0,2})"),
        ("$", r"(?i)^[ \t]*\$\w{0,40}(?:pass(?:word|wd)?|secret|token|api_?key)[ \t]*=[ \t]*[\"']([^\"'$\n]{4,200})[\"'];?"),  # PHP
    )
)  # fmt: skip
_MYSQL = ("mysql", "mysqladmin", "mysqldump", "mysqlcheck", "mysqlimport", "mysqlshow", "mariadb", "mariadb-dump", "mariadb-admin")  # fmt: skip
# Programs, and the options whose next word is a password.
_OPTIONS = {
    "redis-cli": ("-a", "--pass"),
    "redis-server": ("--requirepass", "--masterauth"),
    "valkey-cli": ("-a", "--pass"),
    "valkey-server": ("--requirepass", "--masterauth"),
    "mongo": ("-p", "--password"),
    "mongosh": ("-p", "--password"),
    "mongodump": ("-p", "--password"),
    "mongorestore": ("-p", "--password"),
    "sshpass": ("-p",),
    "sqlcmd": ("-P",),
    "ldapsearch": ("-w",),
    "ldapadd": ("-w",),
    "ldapmodify": ("-w",),
    "mosquitto_pub": ("-P",),
    "mosquitto_sub": ("-P",),
    "smbclient": ("--password",),
}
_LOGINS = ("docker", "podman", "buildah", "skopeo", "helm", "nerdctl", "oras", "crane", "az", "oc", "argocd")  # fmt: skip
_OF_LOGINS = ("-p", "--password")
_USERS = {"curl": ("-u", "--user"), "wget": ("--user",)}
_ANYWHERE = ("--requirepass", "--masterauth")
# Programs that take it as a word of its own: after this one, so many words on.
_VERBS = {"change_password": 2, "add_user": 2, "authenticate_user": 2}
_NOTHING = ("$", "<", "{", "%", "`", "-", "\ue000")
_OPTION = lazily(r"--?[A-Za-z][A-Za-z-]{1,40}")


class Held(NamedTuple):
    """Which word holds a password, and what of the word it is."""

    at: int
    value: str


def of_words(words: Sequence[str]) -> Iterator[Held]:
    """The words of a command line that programs take for passwords."""
    program = login = ""
    known: set[int] = set()
    for at, word in enumerate(words):
        base = word.rpartition("/")[2].removesuffix(".sh")
        follows = words[at + 1] if at + 1 < len(words) else ""
        held: tuple[int, str] | None = None
        if base in _MYSQL or base in _OPTIONS or base in _USERS or base in ("htpasswd", "kubectl"):
            program = base
        elif base in _LOGINS:
            program, login = base, ""
        elif word == "login":
            login = program if program in _LOGINS else ""
        elif program in _MYSQL and word.startswith("-p") and len(word) > 5 and word[2] != "=":
            held = at, word[2:]
        elif word in (*_OPTIONS.get(program, ()), *_ANYWHERE, *(_OF_LOGINS if login else ())):
            held = at + 1, follows
        elif word in _USERS.get(program, ()) and ":" in follows and "://" not in follows:
            held = at + 1, follows.partition(":")[2]
        elif word in _VERBS and at + _VERBS[word] < len(words):
            held = at + _VERBS[word], words[at + _VERBS[word]]
        elif word.startswith("--from-literal=") and program == "kubectl":
            held = at, word.partition("=")[2].partition("=")[2]
        if held and held[0] not in known and is_real(held[1]):
            known.add(held[0])
            yield Held(*held)


class Line(NamedTuple):
    """Where a line has a password, and the password."""

    what: str
    value: str


def of_line(row: str) -> Line | None:
    """The password on a line of a shell, or in one of a program's settings."""
    lower = row.lower()
    for hint, pattern in _SETTINGS:
        if hint in lower:
            for found in pattern.finditer(row[:4096]):
                if is_real(found[1]):
                    return Line(IN_SETTINGS, found[1])
    if any(name in lower for name in _HINTS):
        for part in _SEPARATOR.split(row[:4096]):
            held = next(of_words(_words(part)), None)
            if held:
                return Line(ON_A_LINE, held.value)
    return None


def is_real(value: str) -> bool:
    """Whether what stands at the place of a password is one, and no variable and no sample."""
    text = value.strip().strip("\"'")
    if len(text) < 4 or text.startswith(_NOTHING) or looks.is_placeholder(text):
        return False
    if "{{" in text or re.search(r"\$[{(A-Za-z_]", text):
        return False
    return grading.grade("password", text) != "safe" and not grading.is_sample(text)


def is_option(word: str) -> bool:
    """Whether a word is an option's name, and nothing else."""
    return _OPTION.fullmatch(word) is not None


def _words(part: str) -> list[str]:
    found = []
    for match in _WORD.finditer(part):
        found.append(match[1] or match[2] or match[3] or "")
    return found


_PROGRAMS = (*_MYSQL, *_OPTIONS, *_USERS)
_HINTS = (*sorted({name[:5] for name in _PROGRAMS}), "login", *_ANYWHERE, *_VERBS, "--from-literal")
