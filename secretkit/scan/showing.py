"""What may be shown of a tree: names, never what could be a value in a name's place.

Every step, subject, rule and path that scan prints or writes into a baseline goes through here.
"""

import re

from secretkit import looks
from secretkit.lazy import lazily

DOTS = "........"
_LONGEST = 100
_WORD = lazily(r"[^\s`\"'(),;|<>{}]+")
_PART = lazily(r"[^-_./:\[\]@#=+~%$&]+")
# Words with digits that names are made of: they make no name a password.
_USUAL = lazily(
    r"(?i)(?:auth0|o?auth2?|s3|ec2|k8s|k3s|rke2|base64|b64|sha(?:1|2|256|512)|md5|x509|ed25519|p12|pkcs\d{1,2}|http2"
    r"|ipv[46]|i18n|l10n|rs256|hs256|es256|utf8|aes(?:128|256)?|rsa(?:2048|4096)?|log4j2?|neo4j|h2|db2|e2e|web3|v\d{1,3}"
    r"|(?:alpha|beta|rc)\d{1,2}|m2m|b2b|d3|route53|sqlite3|python3|php[578]|mp[34])"
)
_CAMEL = lazily(r"(?<=[a-z0-9])(?=[A-Z])")
_LETTERS_DIGITS_LETTERS = lazily(r"[A-Za-z]\d+[A-Za-z]")
# An option by its name: `--db-password`; with one dash only what is no letter with a value glued to it.
_LONG = lazily(r"--[A-Za-z][\w.-]*")
_SHORT = lazily(
    r"(?i)-(?:[a-z]|(?:(?:db|api|access|secret|private|client|auth|admin|root|user|storage|ssl|tls|vault|redis|jdbc|java)"
    r"[-_.]?){0,3}(?:password|passwd|pass|passphrase|pwd|secret|token|key|auth|credentials?)(?:[-_.]?(?:file|id))?)"
)


def is_option(word: str) -> bool:
    """Whether a word of a command line is an option alone, with no value glued to it."""
    return (_LONG.fullmatch(word) or _SHORT.fullmatch(word)) is not None


def name(text: str) -> str:
    """A step or a subject: no control characters, not long, dots for each word that could be a value."""
    if looks.look("", text).is_secret:
        return DOTS
    shown = _WORD.sub(_word, clean(text[: 10 * _LONGEST]))
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


def path(text: str) -> str:
    """A file's path: dots for a part that is a token, since what a file is called leads to it."""
    return "/".join(
        DOTS if any(looks.marks(part)) or _is_drawn(part) else part
        for part in clean(text).split("/")
    )


def clean(text: str) -> str:
    """A text without what a terminal or a log could take for more than a text."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _word(found: re.Match[str]) -> str:
    word = found[0]
    begins = found.start() == 0 or found.string[found.start() - 1] in " `'\""
    if begins and word.startswith("-") and not is_option(word):
        option = re.match(r"--[A-Za-z][\w.-]*(?==)|-[A-Za-z]?", word)
        return (option[0] if option else "") + DOTS
    return DOTS if looks.is_random(word) or not all(map(_is_name, _PART.findall(word))) else word


def _is_name(part: str) -> bool:
    """Whether a part of a name is made as names are: passwords mix capitals, digits and letters."""
    rest = "_".join(
        one for one in _CAMEL.split(_USUAL.sub("_", part)) if one and not _USUAL.fullmatch(one)
    )
    if len(part) >= 8 and all(re.search(kind, rest) for kind in ("[a-z]", "[A-Z]", "[0-9]")):
        return False
    return len(part) < 12 or not _LETTERS_DIGITS_LETTERS.search(rest)


def _is_drawn(part: str) -> bool:
    """Whether a part of a path is random as tokens are; the names of built files are hashes."""
    stem = part.partition(".")[0]
    return looks.is_random(stem) and not re.fullmatch(r"[0-9a-fA-F]+", stem)
