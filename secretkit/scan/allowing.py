"""What the text itself allows: a comment on the line of a finding, or alone on the line before."""

from secretkit.lazy import lazily

_OURS = lazily(r"secretkit:allow\b(?P<codes>(?:[ \t,]+SK\d{3})*)")
_OTHERS = lazily(r"gitleaks:allow|pragma:?[ \t]*(?:allowlist|whitelist)[ -]secret")
_NEXT = lazily(r"pragma:?[ \t]*(?:allowlist|whitelist)[ \t]+nextline[ \t]+secret")
_COMMENT = lazily(r"[ \t]*(?:#|//|;|--|<!--|/\*|\{\{-?\s*/\*)")


def is_allowed(rows: list[str], line: int, code: str) -> bool:
    """Whether the line (from 1), or a comment alone before it, says that this is meant so."""
    row = rows[line - 1] if line <= len(rows) else ""
    if _ours(row, code) or _OTHERS.search(row):
        return True
    before = rows[line - 2] if 2 <= line <= len(rows) + 1 else ""
    if not _COMMENT.match(before):
        return False
    return _ours(before, code) or _NEXT.search(before) is not None


def _ours(row: str, code: str) -> bool:
    found = _OURS.search(row) if "secretkit:allow" in row else None
    return found is not None and (not found["codes"] or code in found["codes"])
