"""Whether a text looks like a secret: by the marks of providers, the name of its key, its shape.

Entropy alone cannot tell a password from an image digest, so names and shapes come first. Says only
what a text looks like, never the text.
"""

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from secretkit.lazy import lazily
from secretkit.tokens import Token, passwords_in_urls, tokens

ENOUGH = 1.0  # from this score on it is taken for a secret
NAMED = "the value of a key that names a secret"
RANDOM = "random text, as keys and tokens are"
_DEEPEST = 3
_LONGEST_LINE = 4096
_LONGEST_HOLED = 10_000


class Look(NamedTuple):
    """How much a text looks like a secret, and in words like what."""

    score: float
    what: str

    @property
    def is_secret(self) -> bool:
        return self.score >= ENOUGH


NOTHING = Look(0, "nothing secret")

# `glpat-my-access-token`: a token's mark and words.
_SPELLED = lazily(r"[a-z]{2,12}[-_][a-z]{2,12}(?:[-_][a-z]{2,12})+")
# Of a key that is left out: dots in its middle, `<your key>`, or a word.
_CUT = lazily(r"\.\.\.|\. \. \.|\u2026|<[^<>\n]{1,80}>|(?i:redacted)|\*{3}|xxxx")
_BODY_LINE = lazily(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/=]{20,}")
_OLD_VAULT_TOKEN = lazily(r"s\.[A-Za-z0-9]{24}")

_ACTION = lazily(r"\{\{[^{}\"`]{0,400}\}\}")  # of a template, with no text of its own in it
_HEADER = lazily(
    r"""(?i)(?<![\w-])authorization["']?\s{0,3}[:=]\s{0,3}["'`]?(?:(?:bearer|basic|token)\s{1,3})?"""
    r"""(?!(?:bearer|basic|token|digest|negotiate)\b)([^\s"'`{};,]{6,1024})"""
)
_BEARER = lazily(r"(?i)(?:bearer|basic)\s{1,3}([^\s\"'{}]{6,1024})")
_DRIVER = lazily(r"(?<![\w/.-])[\w.-]{1,64}:([^\s:@/]{4,256})@(?:tcp|udp|unix)?\(")
# `name=value` and `name: value` within a line, as in a query, a flag or a connection string.
_INLINE = lazily(
    r"""(?<![\w./@-])-{0,2}([A-Za-z_][\w.-]{0,60})["']?[ ]?[:=][ ]?["']?([^\s"';&,{}()\[\]]{6,256})"""
)

_MAY_NAME = lazily(r"pass|pw|psk|secret|token|cred|key|auth|dsn|string|salt")  # told fast
# What a key names stands at its end, as the noun of English does: `tokenHeader` is a header.
_NAMES = lazily(
    r"(?:password|passwd|passphrase|(?<![a-z])(?:db)?pass|pwd|(?<![a-z])(?:pw|psk)|secret|token"
    r"|credential|(?:api|access|private|signing|encryption|master|shared|fernet|hmac|jwt)_?key"
    r"|secret_key|auth|auth(?:oriz|entic)ation|(?<![a-z])dsn|conn(?:ection)?_?string"
    r"|(?<![a-z])salt)s?"
    r"(?:_(?:[0-9]+|base|base64|b64|value|plain(?:text)?|text|string|hash|old|new|prev(?:ious)?|current|in|out"
    r"|prod(?:uction)?|dev|stag(?:e|ing)|live|default|primary|secondary|admin|user|root|db|raw))*$"
)
# A password is one too where a word follows that says whose: `password_shop`.
_PASSWORD_OF = lazily(r"(?:password|passwd|passphrase)s?_[a-z0-9]+(?:_[a-z0-9]+)?$")
_SECRET_KEYS = lazily(
    r"(?:api|access|private|signing|encryption|master|shared|fernet|hmac|jwt)_?keys?$|secret_key$"
)
_NAMES_NOT = lazily(
    r"^existing|(?:name|path|file|ref|url|uri|id|ttl|type|version|enabled|disabled|length|expiry|key|keys"
    r"|mode|method|mechanism|host|port|realm|issuer|audience|algorithm|provider|endpoint|names|paths|files|refs"
    r"|timeout|lifetime|namespace|selector|prefix|suffix|label|hint|regex|pattern|charset|policy|encoder|hasher"
    r"|encryption|placeholder|title|message|description|help|header|field|param|claim|scope|format|size|count"
    r"|min|max|days|hours|minutes|seconds|rotation|expiration|validity|strategy|source|from|store|manager|engine"
    r"|service|backend|account|authentication|auth|connector|generator|reset|required|allowed|repeat|confirm"
    r"|confirmation|stdin|rules|strength|age|history|change|changed|mtime|ref|resolver|template|dir|volume"
    r"|(?:password|passwd|key|token|credentials)_secret)$"
)
_CAMEL = lazily(r"(?<=[a-z0-9])(?=[A-Z])")

_PLACEHOLDER = lazily(
    r"""
    \s* (?:
        change[-_ ]?(?:me|it) | replace[-_ ]?me | todo | tbd | x{3,} | \*+ | \.{3,} | example
        | dummy | placeholder | redacted | your[-_ ][\w -]{1,60}
        | <[^<>]{0,200}> | \{\{(?:(?!\}\}).){0,400}\}\} | \$\{[^{}]{0,200}\} | \$\([^()]{0,200}\) | %(?:[A-Z][A-Z0-9_.]{0,100}|[a-z][a-z_.]{0,100})%
        | (?:secret)?ref\+\S{1,400} | vault:\S{1,400} | op://\S{1,400}
        | ENC\[AES256_GCM,.{0,8192}\] | (?:AKIA|ASIA)[A-Z0-9]{0,16}EXAMPLE | \S{0,60}EXAMPLEKEY
    ) \s*
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Of these, what other tools fill in before anything is applied: the whole text, or parts of it.
_FILLED_IN = lazily(
    r"""
    \s* (?:
        %(?:[A-Z][A-Z0-9_.]{0,100}|[a-z][a-z_.]{0,100})% | <path:[^<>]{1,400}> | (?:secret)?ref\+\S{1,400} | vault:\S{1,400}
        | op://\S{1,400} | ENC\[AES256_GCM,.{0,8192}\] | !(?:vault|secret|env_var)\s.{0,400}
    ) \s*
    """,
    re.VERBOSE | re.DOTALL,
)
_HOLE = lazily(
    r"\$?\{\{.{0,400}?\}\}|\$?\$\{[^{}]{0,200}\}|\$\([^()]{0,200}\)|<path:[^<>]{1,400}>", re.DOTALL
)
_HOLE_MARK, _A_HOLE = "\ue001", "${}"
_APART = lazily(r"""[\s:;,|&"'(){}\[\]<>=\\\ue001]+""")
_TAG = lazily(r"</?[A-Za-z][\w.:-]{0,60}>")
_HOLED_URL = lazily(
    r"""[A-Za-z\ue001][\w+.\ue001-]{0,40}://(?:[^\s/:@"']{0,200}(?::(?P<password>[^\s/@"']{0,256}))?@)?"""
    r"""[\w.\ue001:,\[\]%-]{0,300}(?:/[\w.\ue001/%~:@+-]{0,300})?"""
)
_HOLED_DRIVER = lazily(
    r"(?<![\w/.-])[\w.\ue001-]{1,64}:(?P<password>[^\s:@/]{1,256})@(?:tcp|udp|unix)?\([^()\s]{0,200}\)\S{0,200}"
)
_HOLED_PAIR = lazily(
    r"""["']?(?<![\w.-])-{0,2}(?P<key>[A-Za-z_][\w.-]{0,60})["']?(?:[ ]?=[ ]?|[ ]?:[ ]|(?<=["']):)["']?(?P<value>[^\s"';&,{}()\[\]]{0,256})"""
)
# Words beside a hole that are none of its value: a scheme, a switch, a host, a port, a path, a size.
_GLUE = lazily(
    r"""
    (?i:bearer|basic|token|digest|negotiate|true|false|null|none|https?|authorization|user(?:name)?|admin|root|default)
    | [a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9-]{1,63}){0,6}\.(?:svc|local|cluster|com|org|net|io|dev|internal|default)
      (?:\.[a-z]{2,10}){0,3}
    | svc(?:\.[a-z]{2,20}){0,3} | [0-9]{1,5}(?:[smhd]|ms|[KMG]i?)?
    | (?:[\w.@-]{1,100}/){1,40}[\w.@-]{0,100}
    """,
    re.VERBOSE,
)
_PASSWORDS = lazily(
    r"passw|passphrase|(?<![a-z])(?:db)?pass(?![a-z])|pwd|(?<![a-z])(?:pw|psk)(?![a-z])"
)
_OWN_SECRETS = lazily(
    r"(?:client|app|consumer|shared|webhook|cookie|session|jwt|hmac|signing|api|oauth2?|access|admin"
    r"|root|bot|private|encryption)_?(?:secret|token|key)|(?<![a-z])salt(?![a-z])|secret_key$"
)
# Words of a name, with numbers at most behind them.
_NAME = lazily(
    r"[A-Za-z]{2,40}[0-9]{0,2}(?:[-_./: ,][A-Za-z]{1,40}[0-9]{0,3}|[-_./: ,][0-9]{1,4}){0,12}"
)
# Shapes of what is no secret even under a key that names one.
_SAFE = lazily(
    r"""
    (?:[0-9]{1,9}(?:\.[0-9]{1,9})?(?:ns|us|ms|[smhd]))+             # a duration
    | arn:[\w-]{1,20}:[^\s]{1,400}
    | (?:\.{0,2}/|~/)[\w.@-]{1,100}(?:/[\w.@-]{1,100}){0,40}/?       # a path
    | [A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s@]{1,400}                  # a URL without a password
    | (?:[\w.-]{1,200}/){0,8}[\w.-]{1,200}(?::[\w.-]{1,128})?@?sha256:[0-9a-f]{64}
    """,
    re.VERBOSE,
)
_DOTTED = lazily(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[[^\[\]]{0,60}\])+")
_VERSION = lazily(r"v?[0-9]+(?:\.[0-9]+)+(?:[-+._][\w.-]*)?")
# Words joined by capitals, as names of classes, of alerts and of actions are.
_CAMEL_WORDS = lazily(r"(?:[A-Z]?[a-z]{2,}|[A-Z]{2,}(?![a-z])|[0-9]{1,4}(?![0-9]))+")
_CAMEL_WORD = lazily(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_UUID = lazily(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HEX = lazily(r"[0-9a-f]{32,}|[0-9A-F]{32,}")
_TOKEN = lazily(r"[A-Za-z0-9+/=_-]{20,}")
_DIGEST_NAMES = lazily(r"^stakater_|sha\d*|digest|checksum|commit|revision|fingerprint|etag|hash")
_BASE64 = lazily(r"[A-Za-z0-9+/\s]{8,}={0,2}\s*")
_ASSIGNMENT = lazily(r"^[ \t]*(?:export[ \t]+)?([A-Za-z][\w.-]{0,100})[ \t]*[:=](.*)$", re.M)


def look(key: str, value: str) -> Look:
    """What a text under a key looks like: the first of the strongest signs."""
    return max(_signs(key, value, 0), key=lambda sign: sign.score, default=NOTHING)


def names_secret(key: str) -> bool:
    """Whether a key names something that is secret: `db-password`, but not `password-file`."""
    words = words_of(key)
    if _MAY_NAME.search(words) is None or "secretKey" in key or "SecretKey" in key:
        return False
    if _SECRET_KEYS.search(words):
        return True
    if words.startswith("existing") or words.endswith(("key_secret", "password_secret")):
        return False
    if _NAMES.search(words):
        return True
    return bool(_PASSWORD_OF.search(words)) and not _NAMES_NOT.search(words)


def words_of(key: str) -> str:
    """A key in lower case, its words joined by `_`."""
    return re.sub(r"[-.\s]", "_", _CAMEL.sub("_", key)).lower()


def marks(text: str) -> Iterator[Token]:
    """Tokens of providers and passwords in URLs, wherever in a text they stand."""
    for found in chain(tokens(text), passwords_in_urls(text)):
        value = text[found.start : found.end]
        if is_placeholder(value) or _SPELLED.fullmatch(value):
            continue
        if found.what != "a private key" or has_body(text, found):
            yield found


def has_body(text: str, mark: Token) -> bool:
    """Whether a private key is more than its frame, and whole, as none in a manual is."""
    end = mark.end if mark.end - mark.start > 80 else min(mark.end + 400, len(text))
    body = text[mark.start : end]
    if _CUT.search(body):
        return False
    return sum(map(len, _BODY_LINE.findall(body))) >= 40


def is_placeholder(text: str) -> bool:
    """Whether a text stands for a value that comes later, or is nobody's secret."""
    return len(text) < 10_000 and _PLACEHOLDER.fullmatch(text) is not None


def is_filled_in(text: str) -> bool:
    """Whether another tool puts the value in, so that what is written here never reaches a cluster."""
    if len(text) > _LONGEST_HOLED:
        return False
    rest = alike_holes(text)
    if rest == text and _A_HOLE not in text:
        return _FILLED_IN.fullmatch(text) is not None
    return not look("", rest).is_secret and not any(literals(text))


def alike_holes(text: str) -> str:
    """A text with one hole like the other, however they are written, so that none is taken for a value."""
    return _HOLE.sub(_A_HOLE, text) if len(text) <= _LONGEST_HOLED else text


def literals(text: str, *, joined: bool = False) -> Iterator[str]:
    """What stands beside the holes of a text and could be a value itself; nothing where there is no hole.

    A URL but for its password, names with their values that name nothing secret, hosts, ports, paths
    and words of a command are what holds the holes together. `joined` asks for the words alone that a
    hole is part of.
    """
    marked = _HOLE.sub(_HOLE_MARK, text) if len(text) <= _LONGEST_HOLED else text
    if marked == text:
        return
    for row in marked.split("\n"):
        if _HOLE_MARK not in row or row.lstrip().startswith(("#", "//")):
            continue
        for part in row.split() if joined else (row,):
            if _HOLE_MARK in part:
                yield from _beside(part, is_phrase="\n" in text.strip() or " " in row.strip())


def _beside(row: str, *, is_phrase: bool) -> Iterator[str]:
    row = _TAG.sub(" ", row)
    for pattern in (_HOLED_URL, _HOLED_DRIVER):
        for found in pattern.finditer(row):
            yield from _pieces(found["password"] or "")
        row = pattern.sub(" ", row)
    for found in _HOLED_PAIR.finditer(row):
        if names_secret(found["key"]):
            yield from _pieces(found["value"])
    row = _HOLED_PAIR.sub(f" {_HOLE_MARK} ", row)
    for piece in _pieces(row):
        if not (_GLUE.fullmatch(piece) or (is_phrase and piece.isalpha() and piece.islower())):
            yield piece


def _pieces(text: str) -> Iterator[str]:
    for piece in _APART.split(text):
        bare = piece.strip("-_./@#?!*%+~$^")
        if sum(map(str.isalnum, bare)) >= 4:
            yield bare


def is_reference(key: str, text: str) -> bool:
    """Whether a text under a key that names a secret names a thing rather than is the secret.

    `secret: shop-tls` is a Secret's name, `auth: basic` a method; `password: basic` is a password.
    """
    words = words_of(key)
    if "existing" in words:
        return True
    if _PASSWORDS.search(words):
        return bool(_SAFE.fullmatch(text))
    if _SAFE.fullmatch(text) or text.startswith(("$", "@")):
        return True
    if _UUID.fullmatch(text):
        return not _OWN_SECRETS.search(words) and not words.endswith("_token")
    if _OWN_SECRETS.search(words):
        return False
    return is_name(text) and not is_random(text)


def is_name(text: str) -> bool:
    """Whether a text is words, with numbers at most behind them, as names of objects are."""
    return _NAME.fullmatch(text) is not None


def is_dotted(text: str) -> bool:
    """Whether a text is a field of a field, as languages write it."""
    return _DOTTED.fullmatch(text) is not None


def is_digest(key: str, text: str) -> bool:
    """Whether a text is a checksum or a commit, as its key says."""
    is_hex = _HEX.fullmatch(text.partition(":")[2] or text) is not None
    return is_hex and _DIGEST_NAMES.search(key.lower()) is not None


def entropy(text: str) -> float:
    """Shannon's bits per character."""
    size = len(text)
    return -sum(n / size * math.log2(n / size) for n in Counter(text).values()) if size else 0.0


def _signs(key: str, value: str, depth: int) -> Iterator[Look]:
    if is_placeholder(value):
        return
    yield from _marks(key, value)
    yield from _written_out(key, _ACTION.sub("", value))
    if names_secret(key):
        real = len(value.strip()) >= 6 and not _SAFE.fullmatch(value.strip())
        yield Look(ENOUGH if real else 0.6, NAMED)
    if depth < _DEEPEST:
        for name, inner in _within(key, value):
            yield from _signs(name, inner, depth + 1)
    if is_random(value) and not _DIGEST_NAMES.search(key.lower()):
        yield Look(ENOUGH, RANDOM)


def _marks(key: str, value: str) -> Iterator[Look]:
    for found in marks(value):
        yield Look(ENOUGH, found.what)
    if "token" in key.lower() and _OLD_VAULT_TOKEN.fullmatch(value):
        yield Look(ENOUGH, "a Vault token")


def _written_out(key: str, value: str) -> Iterator[Look]:
    """Passwords in the line of a header, a URL or a connection string; `value` has no actions."""
    if any(not is_placeholder(value[at:end]) for _, at, end in passwords_in_urls(value)):
        yield Look(ENOUGH, "a URL with a password")
    if any(not is_placeholder(found[1]) for found in _DRIVER.finditer(value)):
        yield Look(ENOUGH, "a connection string with a password")
    header = _BEARER.fullmatch(value.strip()) if key.lower() == "authorization" else None
    if header or any(not is_placeholder(found[1]) for found in _HEADER.finditer(value)):
        yield Look(ENOUGH, "a login in a header")
    if next(_inline(value), None):
        yield Look(ENOUGH, NAMED)


def _inline(value: str) -> Iterator[tuple[str, str]]:
    """Names and values within a line, of those that name secrets."""
    for found in _INLINE.finditer(value[:_LONGEST_LINE]):
        text = found[2]
        if not names_secret(found[1]) or is_placeholder(text) or _SAFE.fullmatch(text):
            continue
        if _VERSION.fullmatch(text) and "=" not in value[found.start() : found.start(2)]:
            continue  # of an image
        if value[found.end() : found.end() + 1] in ("(", "[") or text == found[1]:
            continue  # a call, or the argument of one
        if value[found.end(1) : found.start(2)] == " = " and is_dotted(text):
            continue  # a field of another, in a language
        if value[found.start(2) - 1] == " " and text.isalpha() and text.islower():
            continue  # of a sentence
        yield found[1], text


def named(key: str, value: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The texts under keys that name a secret: the whole, or what stands within it."""
    if is_placeholder(value):
        return
    if names_secret(key):
        if len(value.strip()) >= 6 and not _SAFE.fullmatch(value.strip()):
            yield key, value.strip()
    else:
        yield from _inline(_ACTION.sub("", value))
    if depth < _DEEPEST:
        for name, inner in _within(key, value):
            if (name, inner) != (key, value):
                yield from named(name, inner, depth + 1)


def is_random(value: str) -> bool:
    """Whether a text is one word that only chance would write."""
    text = value.strip()
    if _HEX.fullmatch(text):
        return entropy(text) >= 3.0
    if not _TOKEN.fullmatch(text) or _UUID.fullmatch(text):
        return False
    if "/" in text and not {"+", "="} & set(text):  # a path, or base64 that looks like one
        return any(is_random(part) for part in text.split("/"))
    if _CAMEL_WORDS.fullmatch(text) and len(text) >= 4.5 * len(_CAMEL_WORD.findall(text)):
        return False
    classes = sum(bool(re.search(kind, text)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return classes == 3 and entropy(text) >= 4.0


def _within(key: str, value: str) -> Iterator[tuple[str, str]]:
    """Texts inside a text with the keys they stand under: of JSON, of base64, of assignments."""
    text = value.strip()
    if text[:1] in ("{", "["):
        try:
            yield from _leaves(key, json.loads(text))
            return
        except (ValueError, RecursionError):
            pass
    if _BASE64.fullmatch(text):
        try:
            decoded = base64.b64decode("".join(text.split()), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return
        if decoded.replace("\n", "").replace("\t", "").replace("\r", "").isprintable():
            yield key, decoded
    elif "\n" in text or "=" in text:
        for found in _ASSIGNMENT.finditer(text):
            if (
                text[found.start(2) - 1] == "="
                and found[2][:1] == " "
                and is_dotted(found[2].strip(" ;"))
            ):
                continue
            yield found[1], found[2][:_LONGEST_LINE].strip().strip("\"'")


def _leaves(key: str, tree: Any) -> Iterator[tuple[str, str]]:
    pending = [(key, tree)]
    while pending:
        name, value = pending.pop()
        if isinstance(value, dict):
            pending += value.items()
        elif isinstance(value, list):
            pending += [(name, item) for item in value]
        elif isinstance(value, str):
            yield name, value


def sealed_problem(text: str) -> str | None:
    """Why a text cannot be ciphertext of sealed-secrets, or None where its form is right.

    The form is base64 of a length in two bytes, that many bytes of RSA, and AES-GCM with its tag
    (sealed-secrets, pkg/crypto/crypto.go). Whether it opens only the controller can tell.
    """
    try:
        # Go's decoder skips line ends, and nothing else.
        data = base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except ValueError:
        return "is not base64"
    if len(data) < 2:
        return "is too short"
    size = int.from_bytes(data[:2], "big")
    if not 256 <= size <= 2048:  # of 2048 to 16384 bits; the controller's --key-size is free
        return "does not begin with the length of an RSA key"
    return "is cut short" if len(data) < 2 + size + 16 else None
