"""How sure a value is that the name of its key gives away: the name's strength and the value's form.

A strong name (`password`, `client-secret`, `api-key`) with a text that nothing but a secret would be
is an error; a weak name, or words that may as well be a name or a sample, is a warning.
"""

import re
from typing import Literal, TypeAlias

from secretkit import looks
from secretkit.lazy import lazily
from secretkit.tokens import Token

Grade: TypeAlias = Literal["sure", "likely", "safe"]

_PASSWORDS = lazily(r"passw|passphrase|(?<![a-z])(?:db)?pass(?![a-z])|pwd|(?<![a-z])(?:pw|psk)$")
_STRONG = lazily(
    r"(?:api|access|private|signing|encryption|master|shared|fernet|hmac|jwt|secret)_?keys?(?:_base)?$"
    r"|_token(?:_(?:value|plain))?$|^token$|conn(?:ection)?_?string|(?<![a-z])salt$"
    r"|(?:client|app|consumer|shared|webhook|cookie|session|jwt|hmac|signing|api|oauth2?|access|bot)_?secret$"
)
# A call, an index, or what stands in a file of a language: never the value itself.
_CODE = lazily(
    r"""
    [A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)*\s?(?:\(.*\)|\[.*\])[\w.;,\s]*
    | (?:process\.env|os\.environ|System\.getenv|import\.meta|env|ENV|var|local|data|module|each|self|this
      |settings|config|cfg|secrets|inputs|params|req|request|args|options|Values)(?:\.[A-Za-z_]\w*(?:\[[^\[\]]{0,60}\])?)+
    | \$[A-Za-z_]\w*(?:[\s/:;,.)"'`-].*)? | \$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\} | \$\{[^{}]* | \$\(.* | \$__\w+\{.*
    | `[^`]*`?.{0,3} | \\?["']\$.* | <\(.* | <[^<>]*>(?:[;,\s].*)? | %[sdvq] | %\(.*\)s | %\{.*\} | \(.*\)[;,]?
    | &[A-Za-z_]\w*(?:\.\w+)+
    """,
    re.VERBOSE | re.DOTALL,
)
_FILE = lazily(
    r"[\w@.~/ -]{1,200}\.(?:md|ya?ml|json|pem|key|crt|cer|txt|sh|py|js|ts|go|html?|conf|toml|ini|xml|jks|p12)"
)
_NETWORK = lazily(
    r"(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2}|:\d{1,5})?|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:svc|local|com|io|net|org|dev)(?:\.[a-z.]+)?(?::\d{1,5})?(?:/.*)?"
)
# Words that samples, placeholders and settings are made of.
_SAMPLE_WORDS = frozenset({
    "my", "your", "the", "a", "an", "some", "this", "that", "here", "is", "not", "be", "to", "in", "for",
    "of", "and", "or", "with", "it", "at", "password", "passwd", "pass", "pwd", "secret", "token", "key",
    "keys", "tokens", "secrets", "credential", "credentials", "api", "access", "client", "user", "username",
    "admin", "root", "test", "testing", "example", "sample", "demo", "dummy", "fake", "default", "change",
    "changeme", "changeit", "me", "production", "prod", "replace", "replaceme", "insert", "enter",
    "placeholder", "todo", "goes", "please", "value", "random", "string", "long", "secure", "insecure",
    "db", "database", "postgres", "generate", "generated", "auth", "supersecret", "mysecret", "mypassword",
    "yourpassword", "yoursecret", "yourtoken", "secretkey", "apikey", "set", "via", "env", "none", "unset",
})  # fmt: skip
_SETTINGS = frozenset({
    "disabled", "enabled", "required", "optional", "basic", "bearer", "digest", "oauth", "openid",
})  # fmt: skip
_TELLS_SAMPLE = frozenset({
    "my", "your", "some", "here", "change", "changeme", "changeit", "replace", "replaceme", "insert",
    "enter", "example", "sample", "dummy", "fake", "placeholder", "todo", "goes", "please", "generate",
    "via", "unset", "yourpassword", "yoursecret", "yourtoken",
})  # fmt: skip
_COUNTS = ("1", "2", "3", "12", "123", "1234")
_WORD = lazily(r"[A-Za-z]+|[0-9]+")
_PROSE = lazily(
    r"(?i)passwor|secret|token|\bkeys?\b|\benter\b|\bplease\b|\bmust\b|\bmissing\b|\binvalid\b|\bfailed\b|\brequired\b"
)
_HEX = lazily(r"(?:[0-9a-f]{16,}|[0-9A-F]{16,})")
_KEYS = lazily(r"(?<!public)(?<!site)(?<!cache)(?<!sort)(?<!kms)_key$|cookie$|seed$")
_VERSION = lazily(r"[~^<>=v]{0,3}[0-9]+(?:\.[0-9]+){2,}(?:[-+][\w.+-]*)?")
_HOLE = lazily(r"\$\{[^{}]*\}|\$[A-Za-z_]\w*|\$\([^()]*\)|\{\{.*?\}\}|<[a-z]+>")
# What has a digit in it, and is a word all the same.
_TECHNICAL = lazily(
    r"(?i)\b(?:k8s|k3s|s3|ec2|oauth2|oidc2|x509|ipv[46]|i18n|e2e|http2|p12|pkcs12|sha\d+|md5|argon2\w*|v\d+)\b"
)
_DIGEST = lazily(r"(?:sha(?:1|224|256|384|512)|md5|h1|zh)[-:].*")
# Of Sentry; every page that reports to it shows it.
_PUBLIC_DSN = lazily(r"https?://[0-9a-f]{32}@[\w.-]{1,200}/\d{1,20}")
# Names of what is random and public.
_PUBLIC_NAMES = lazily(
    r"(?:^|_)(?:u?u?id|uid|guid|kid|sha|rev|ref|revision|commit|digest|integrity|checksum|fingerprint|hash"
    r"|etag|cert|certs|ca|crt|csr|pub|public|public_key|site_key|client_id|image|tag|version|url|uri|arn"
    r"|alert|name|title|label|host|recipient|age|pgp|gpg|before|after|tree|bundle|cabundle|ca_bundle"
    r"|certificate|authority_data|certificate_data|thumbprint|known_hosts|resource|digests|ids)s?$"
)


def grade(key: str, value: str) -> Grade:
    """What a text under a key that names a secret is."""
    text = value.strip()
    words = looks.words_of(key)
    is_password = _PASSWORDS.search(words) is not None
    if (
        is_public_text(text)
        or text.lower() in _SETTINGS
        or _CODE.fullmatch(text)
        or _FILE.fullmatch(text)
        or _VERSION.fullmatch(text)
    ):
        return "safe"
    if _is_prose(text) or (_NETWORK.fullmatch(text) and not is_password):
        return "safe"
    rest = _HOLE.sub("", text)
    if rest != text and not any(map(str.isdigit, rest)):
        return "safe"
    if looks.is_reference(key, text):
        return "likely" if _is_worded(words, key, text) else "safe"
    sample = is_sample(text)
    if sample:
        return "safe" if sample == "told" else "likely"
    if looks.is_random(text):
        return "sure"
    if " " in text or not any(map(str.isalpha, text)):
        return "likely"
    if is_password:
        mixed = any(c.isdigit() or not (c.isalnum() or c in "-_./:,") for c in text)
        return "sure" if mixed else "likely"
    if not _STRONG.search(words) or "/" in text or len(text) < 8:
        return "likely"
    return "likely" if looks.is_name(_TECHNICAL.sub("word", text)) else "sure"


def is_telling(key: str, text: str) -> bool:
    """Whether random text under a key that names no secret may be one: no digest, no identifier."""
    words = looks.words_of(key)
    if _HEX.fullmatch(text):  # commits, digests and identifiers are hexadecimal too
        return _KEYS.search(words) is not None
    return not _PUBLIC_NAMES.search(words)


def is_public_text(text: str) -> bool:
    """Whether a text is ciphertext of sealed-secrets, a checksum, or a key with nothing in it."""
    if text.startswith("Ag") and len(text) > 300:
        return looks.sealed_problem(text) is None
    if len(text) < 200 and _DIGEST.fullmatch(text):
        return True
    return _PUBLIC_DSN.fullmatch(text) is not None or is_empty_key(text)


def is_empty_key(text: str) -> bool:
    """Whether a text is the frame of a private key, around nothing or a placeholder."""
    if "PRIVATE KEY" not in text[:200] or not text.startswith("-----BEGIN"):
        return False
    return not looks.has_body(text, Token("a private key", 0, len(text)))


def is_code(text: str) -> bool:
    """Whether a text without quotes refers to a value, as languages do."""
    return _CODE.fullmatch(text) is not None or looks.is_dotted(text)


def _is_worded(words: str, key: str, text: str) -> bool:
    """`GITLAB_TOKEN: sunflower-field`: a variable that holds a token holds no name of one."""
    if not _STRONG.search(words) or not looks.is_name(text) or len(text) < 8:
        return False
    plain = _TECHNICAL.sub("word", text)
    return (key.isupper() and words.endswith("_token")) or any(map(str.isdigit, plain))


def of_a_password(text: str) -> Grade:
    """What stands where a program takes a password, by its form alone."""
    return grade("password", text)


def _is_prose(text: str) -> bool:
    if " " in text:
        return _PROSE.search(text) is not None and not any(c.isdigit() for c in text)
    return text.istitle() and text.isalpha() and text.lower() in _SAMPLE_WORDS


def is_sample(text: str) -> str:
    """Whether a text is words that samples are made of, `told` where one of them says so."""
    found = [word.lower() for word in _WORD.findall(text)]
    if len(found) > 12 or not found:
        return ""
    known = [word for word in found if word in _SAMPLE_WORDS]
    if len(known) != len([word for word in found if word not in _COUNTS]) or not known:
        return ""
    if any(not (c.isalnum() or c in "-_. ") for c in text):
        return ""
    if known[0] in ("changeme", "placeholder", "replaceme"):
        return "told"
    return "told" if len(known) > 1 and _TELLS_SAMPLE & set(known) else "words"
