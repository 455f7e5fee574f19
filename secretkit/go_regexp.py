"""Why Go's regexp package (RE2) would not compile a pattern."""

import re

from secretkit.lazy import lazily

_PERL_ONLY = (
    (lazily(r"\(\?<?[=!]"), "lookaround"),
    (lazily(r"\(\?P="), "a back reference"),
    (lazily(r"([*+?]|\{\d+(,\d*)?\})\+"), "a possessive quantifier"),
)
_PERL_ESCAPES = {"Z": "`\\Z`", "G": "`\\G`", "K": "`\\K`", "R": "`\\R`", "k": "a back reference"}
_ESCAPE = lazily(r"\\([pPx]\{[^}]*\}|[1-7][0-7]|[0abBAdDfnrtvsSwWzpPx]|[^\w]|_)", re.ASCII)
_CLASS = lazily(r"\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\]", re.S)
_REPEAT = lazily(r"\{(\d+)(?:,(\d*))?\}")
_GROUP = lazily(r"\(\?(?:P?<\w+>|[imsU]*(?:-[imsU]+)?:)")
_FLAGS = lazily(r"\(\?[imsU]*(?:-[imsU]+)?\)")
_POSIX = lazily(r"\[:\^?([a-z]+):\]")
_POSIX_NAMES = frozenset(
    [
        "alnum",
        "alpha",
        "ascii",
        "blank",
        "cntrl",
        "digit",
        "graph",
        "lower",
        "print",
        "punct",
        "space",
        "upper",
        "word",
        "xdigit",
    ]
)
_PART = lazily(r"\\[pPx]\{[^}]*\}|\\[pP].|\\x..|\\.|.", re.S)  # of a class: a character, an escape
# Unicode's general categories, by their first letter.
_CATEGORIES = {
    "C": "cfos", "L": "lmotu", "M": "cen", "N": "dlo", "P": "cdefios", "S": "ckmo", "Z": "lps",
}  # fmt: skip


def re2_problem(pattern: str) -> str | None:
    """Why Go's regexp package does not compile a pattern; None where we see no reason."""
    bare, problem = _without_classes(pattern)
    if problem:
        return problem
    for found, what in _PERL_ONLY:
        if found.search(bare):
            return f"it has {what}"
    for repeat in _REPEAT.finditer(bare):
        least, most = int(repeat[1]), int(repeat[2] or repeat[1])
        if least > 1000 or most > 1000 or most < least:
            return "it repeats more than 1000 times, or its bounds are the wrong way round"
    # Go lets anchors repeat and flags stand anywhere; Python does not, nor know `U`.
    plain = _FLAGS.sub("", _GROUP.sub("(", re.sub("[$^]", "x", bare)))
    if "(?" in plain:
        return "it has a group of a kind that Go does not know"
    try:
        re.compile(plain)
    except (re.error, OverflowError) as error:
        return str(error).partition(" at position")[0]
    return None


def _without_classes(pattern: str) -> tuple[str, str | None]:
    """The pattern with a plain letter for each class and escape, or what is wrong with one."""
    bare, at = [], 0
    while at < len(pattern):
        if pattern.startswith("\\Q", at):
            end = pattern.find("\\E", at)
            at = len(pattern) if end < 0 else end + 2
            bare.append("x")
        elif pattern[at] == "\\":
            found = _ESCAPE.match(pattern, at)
            if not found:
                letter = pattern[at + 1 : at + 2]
                digit = "a back reference" if letter.isdigit() else f"the escape `\\{letter}`"
                return "", f"it has {_PERL_ESCAPES.get(letter, digit)}"
            is_short = found[0] in ("\\p", "\\P")  # its letter follows
            unknown = _unknown_property(pattern[at : at + 3] if is_short else found[0])
            if unknown:
                return "", unknown
            at = found.end()
            bare.append("x")
        elif pattern[at] == "[":
            found = _CLASS.match(pattern, at)
            if not found:
                return "", "a class of characters is not closed"
            problem = _class_problem(found[0])
            if problem:
                return "", problem
            at = found.end()
            bare.append("x")
        else:
            bare.append(pattern[at])
            at += 1
    return "".join(bare), None


def _class_problem(text: str) -> str | None:
    """What is wrong within a class of characters."""
    inner = text[1:-1].removeprefix("^")
    for name in _POSIX.finditer(inner):
        if name[1] not in _POSIX_NAMES:
            return f"there is no class `[:{name[1]}:]`"
    parts = _PART.findall(_POSIX.sub("", inner))
    at = 0
    while at < len(parts):
        low, dash, high = (*parts[at : at + 3], "", "", "")[:3]
        at += 1
        if dash != "-" or not high or _is_class(low):
            continue
        if _is_class(high):
            return "a range of characters ends with a class of them"
        if len(low) == len(high) == 1 and low > high:
            return "a range of characters is the wrong way round"
        at += 2
    return None


def _is_class(part: str) -> bool:
    return part[:1] == "\\" and part[1:2] in "dDsSwWpP"


def _unknown_property(escape: str) -> str | None:
    """What is wrong with `\\pN` or `\\p{Name}`: of scripts only their form is known here."""
    name = escape[2:].strip("{}^") if escape[1] in "pP" else "L"
    is_category = (
        len(name) <= 2 and name[:1] in _CATEGORIES and name[1:2] in ("", *_CATEGORIES[name[0]])
    )
    is_script = len(name) > 2 and name[0].isupper() and name != "Any"
    return None if is_category or is_script or name == "Any" else f"there is no class `{escape}`"
