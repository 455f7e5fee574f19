"""Kubernetes' names, Go's durations and expressions, as their own parsers read them."""

import re

from secretkit.lazy import lazily

SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
DATA_KEY = re.compile(r"[-._a-zA-Z0-9]+")
C_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")

SOCKET = lazily(r"unix:///[-A-Za-z0-9._~/@+=,:]+")

_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_TERM = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_MOST = 2**63 - 1


def is_subdomain(name: str) -> bool:
    """DNS-1123 subdomain: most objects' names."""
    return len(name) <= 253 and SUBDOMAIN.fullmatch(name) is not None


def is_label(name: str) -> bool:
    """DNS-1123 label: namespaces, volumes, containers, apps."""
    return len(name) <= 63 and LABEL.fullmatch(name) is not None


def is_data_key(key: str) -> bool:
    """A key of a Secret; those that begin with `..` belong to the kubelet's atomic writer."""
    return (
        len(key) <= 253
        and DATA_KEY.fullmatch(key) is not None
        and key != "."
        and not key.startswith("..")
    )


def is_socket(url: str) -> bool:
    """The URL of a unix socket by its absolute path (`unix:///@NAME` is an abstract one)."""
    return SOCKET.fullmatch(url) is not None


def is_label_key(key: str) -> bool:
    """A qualified name: an optional DNS prefix and a name of at most 63 characters."""
    prefix, slash, name = key.rpartition("/")
    if slash and not is_subdomain(prefix):
        return False
    return 0 < len(name) <= 63 and LABEL_VALUE.fullmatch(name) is not None


def duration(text: str) -> int:
    """Nanoseconds of a Go duration, as `time.ParseDuration`; raises ValueError where Go fails."""
    sign, rest = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    if rest == "0":
        return 0
    total, end = 0, 0
    for term in _TERM.finditer(rest):
        if term.start() != end:
            break
        whole, _, part = term[1].partition(".")
        total += int(whole + part) * _UNITS[term[2]] // 10 ** len(part)
        end = term.end()
    if not end or end != len(rest) or total > _MOST:
        raise ValueError("not a Go duration")
    return sign * total


def spelled(nanoseconds: int) -> str:
    """A duration as Go prints it: `1h0m0s`, `30m0s`, `1.5s`, `0s`."""
    if nanoseconds < 0:
        return "-" + spelled(-nanoseconds)
    if nanoseconds == 0:
        return "0s"
    for unit, size in (("ns", 1), ("µs", 10**3), ("ms", 10**6)):
        if nanoseconds < size * 1000 and nanoseconds < 10**9:
            return _decimal(nanoseconds, size) + unit
    minutes, rest = divmod(nanoseconds, 60 * 10**9)
    seconds = _decimal(rest, 10**9) + "s"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds


def _decimal(value: int, size: int) -> str:
    whole, rest = divmod(value, size)
    digits = len(str(size)) - 1
    return f"{whole}.{rest:0{digits}d}".rstrip("0") if rest else str(whole)


def shortened(name: str, most: int = 253) -> str:
    """The name, or its beginning, `-`, and 8 hex digits of the SHA-256 of the whole: derived names."""
    if len(name) <= most:
        return name
    return f"{name[: most - 9]}-{digest(name)}"


def digest(text: str) -> str:
    """The first 8 hex digits of a text's SHA-256."""
    from hashlib import sha256  # 4 ms, and few names need it

    return sha256(text.encode()).hexdigest()[:8]
