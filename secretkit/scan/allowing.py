"""What the text itself allows: a comment on the line of a finding, or alone on the line before."""

import re
from typing import Literal, TypeAlias

from secretkit.lazy import lazily
from secretkit.scan import codes

# `unclear`: it begins as a comment that allows something, and names no code of scan.
Allowed: TypeAlias = Literal["yes", "no", "unclear"]

_OURS = lazily(r"secretkit:allow(?P<rest>[^\n]{0,1000})")
_OTHERS = lazily(r"gitleaks:allow|pragma:?[ \t]*(?:allowlist|whitelist)[ -]secret")
_NEXT = lazily(r"pragma:?[ \t]*(?:allowlist|whitelist)[ \t]+nextline[ \t]+secret")
_COMMENT = lazily(r"[ \t]*(?:#|//|;|--|<!--|/\*|\{\{-?\s*/\*)")
_END = lazily(r"\s*(?:\*/|-->|-?\}\}|[\"'`].*|#.*)?\s*")
# What could be meant as a code: digits, or SK in any spelling.
_MEANT = lazily(r"(?i)\W*(?:sk.*|\w*\d\w*)")


def is_allowed(rows: list[str], line: int, code: str) -> Allowed:
    """Whether the line (from 1), or a comment alone before it, says that this is meant so."""
    row = rows[line - 1] if line <= len(rows) else ""
    before = rows[line - 2] if 2 <= line <= len(rows) + 1 else ""
    said = [_ours(row, code)]
    if _COMMENT.match(before):
        said.append(_ours(before, code))
        if _NEXT.search(before):
            return "yes"
    if "yes" in said or _OTHERS.search(row):
        return "yes"
    return "unclear" if "unclear" in said else "no"


def _ours(row: str, code: str) -> Allowed:
    """`secretkit:allow` alone or before words allows every code; before codes, those."""
    found = _OURS.search(row) if "secretkit:allow" in row else None
    if found is None:
        return "no"
    rest = found["rest"]
    if _END.fullmatch(rest):
        return "yes"
    if rest[:1] not in (" ", "\t", ","):
        return "unclear"
    known = _codes()
    named = set[str]()
    for word in re.split(r"[\s,]+", rest.strip(" \t,")):
        if word in known:
            named.add(word)
        elif _MEANT.fullmatch(word):
            return "unclear"
        else:
            break  # the reason, in words
    return "yes" if not named or code in named else "no"


def _codes() -> frozenset[str]:
    return frozenset(module.partition("_")[0].upper() for module in codes.modules())
