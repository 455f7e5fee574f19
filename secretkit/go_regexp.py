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
            at = found.end()
            bare.append("x")
        elif pattern[at] == "[":
            found = _CLASS.match(pattern, at)
            if not found:
                return "", "a class of characters is not closed"
            at = found.end()
            bare.append("x")
        else:
            bare.append(pattern[at])
            at += 1
    return "".join(bare), None
