"""What a place gives: a value, like what it looks, and where it stands; never to be printed whole."""

import base64
import re
from typing import Literal, NamedTuple, TypeAlias

from secretkit import looks
from secretkit.finding import Code
from secretkit.hidden import Hidden
from secretkit.lazy import lazily
from secretkit.scan import grading
from secretkit.scan.nodes import Node, Stretch

# `sure`: its place or its marks say that it is a value; `likely`: a name or chance alone does.
Sureness: TypeAlias = Literal["sure", "likely", "placeholder", "safe"]
A_VALUE = "a value of its own"
BESIDE = "a text of its own beside what is filled in"
_PLAIN_WORDS = lazily(r"[a-z]{1,40}(?:[-_.][a-z]{1,40}){0,8}")

# Keys of a Secret whose values are rarely what is secret about it.
_DULL = lazily(
    r"(?i)(?:.*[-_.])?(?:user(?:name)?|provider|login|host(?:name)?|port|db(?:name)?|database|region|"
    r"namespace|e?mail|name|project|type|insecure|enabled?|server|endpoint|url|bucket|"
    r"token-id|expiration|description|auth-extra-groups|usage-bootstrap-.*)"
)
_PUBLIC = lazily(
    r"\s*(?:-----BEGIN (?:TRUSTED )?(?:CERTIFICATE|X509 CRL|CERTIFICATE REQUEST|[A-Z ]{0,20}PUBLIC KEY)"
    r"|(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S{1,40}) AAAA|(?:\S{1,200} )?ssh-\w{1,10} AAAA)"
)
_WORDS = frozenset({"true", "false", "null", "none", "nil", "~", "yes", "no", "on", "off"})
_PROSE = lazily(
    r"(?i)(?:description|summary|help|message|comment|title|documentation|notes?|expr|query)$"
)


class Seen(NamedTuple):
    """A scalar that a place has judged. `steps` lead to it, by names rather than by numbers."""

    code: Code
    steps: tuple[str, ...]
    at: Stretch
    sureness: Sureness
    what: str
    subject: str  # of what it is a part: ``the Secret `db` ``
    value: Hidden
    by: str = ""  # the rule of another scanner that says so too

    @property
    def is_found(self) -> bool:
        return self.sureness != "safe"


class Verdict(NamedTuple):
    sureness: Sureness
    what: str = ""


SAFE = Verdict("safe")


def of_a_secret(key: str, value: str) -> Verdict:
    """A value at a place that holds nothing but secrets: only what is plainly none is safe."""
    text = value.strip()
    if not text or looks.is_filled_in(text) or is_public(text):
        return SAFE
    if looks.is_placeholder(text) or grading.is_empty_key(text) or text.lower() in _WORDS:
        return Verdict("placeholder", "a placeholder")
    look = looks.look(key, value)
    what = look.what if look.is_secret else A_VALUE
    dull = not look.is_secret and _DULL.fullmatch(key)
    beside = list(looks.literals(text))
    if beside and not dull and what in (A_VALUE, looks.NAMED):
        words = all(_PLAIN_WORDS.fullmatch(one) for one in beside)
        return Verdict("likely" if words else "sure", BESIDE)
    return Verdict("likely" if dull else "sure", what)


def of_a_field(key: str, value: str) -> Verdict:
    """A value at a place that may hold anything: it is told by marks, names and chance."""
    text = value.strip()
    if not text or is_public(text) or text.lower() in _WORDS or looks.is_filled_in(text):
        return SAFE
    if _PROSE.search(key):
        found = next(looks.marks(text), None)
        return Verdict("sure", found.what) if found else SAFE
    if looks.is_digest(key, text):
        return SAFE
    beside = list(looks.literals(text, joined=True))
    if looks.alike_holes(text) != text and not looks.look("", looks.alike_holes(text)).is_secret:
        told = [one for one in (of_a_field(key, piece) for piece in beside) if one is not SAFE]
        return next((one for one in told if one.sureness == "sure"), told[0] if told else SAFE)
    if grading.is_public_text(text):
        return SAFE
    look = looks.look(key, value)
    if not look.is_secret:
        return SAFE
    if look.what not in (looks.NAMED, looks.RANDOM):
        return Verdict("sure", look.what)
    grades = {grading.grade(name, inner) for name, inner in looks.named(key, value)}
    if grades & {"sure", "likely"}:
        return Verdict("sure" if "sure" in grades else "likely", looks.NAMED)
    if looks.is_random(value) and not grades and grading.is_telling(key, text):
        return Verdict("likely", looks.RANDOM)
    return SAFE


def is_public(text: str) -> bool:
    """Whether a text is a certificate or a public key, in base64 too, and nothing else."""
    if "PRIVATE KEY" in text:
        return False
    if _PUBLIC.match(text):
        return True
    if text.startswith(("LS0tLS1CRUdJTi", "c3NoL", "ZWNkc2Et")):
        inner = decoded(text)
        return inner is not None and "PRIVATE KEY" not in inner and bool(_PUBLIC.match(inner))
    return False


def decoded(text: str) -> str | None:
    """The text behind base64, its bytes as characters where they are none; None where it is none."""
    packed = re.sub(r"\s+", "", text)
    try:
        content = base64.b64decode(packed, validate=True)
    except ValueError:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def seen(
    code: Code,
    steps: tuple[str, ...],
    node: Node,
    verdict: Verdict,
    *,
    subject: str = "",
    value: str | None = None,
) -> Seen:
    """What a place says of a scalar; `value` where that is not the text as written."""
    text = (node.text or "") if value is None else value
    return Seen(code, steps, node.at, *verdict, subject, Hidden(text.encode()))
