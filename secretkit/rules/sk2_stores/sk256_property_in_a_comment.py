"""SK256: what follows ` #` is a comment to YAML, and no property."""

import re
from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.lazy import lazily
from secretkit.model.app import App
from secretkit.model.secret import Fetch
from secretkit.rules import Rule

# A comment of one word that touches its `#`.
_COMMENT = lazily(r"[ \t]+#([-\w.]+)[ \t]*(?:#.*)?$", re.M)


def find(app: App) -> Iterator[Finding]:
    sources = {layer.source for layer in app.at.tree.layers}
    if not any(_COMMENT.search(source.text) for source in sources):
        return
    for secret in app.secrets.values():
        for read in secret.reads:
            found = _commented(read) if read.remote.keys() == {"key"} else None
            if found:
                yield RULE.at(read.at, good=f"{read.remote['key']}#{found}", part=found)


def _commented(read: Fetch) -> str | None:
    """The word behind a reference that stands alone on its line, if it looks like its property."""
    source, path = read.at.tree.origin(read.at.path)
    before = "-" if isinstance(path[-1], int) else rf"""["']?{re.escape(path[-1])}["']?:"""
    written = rf"{before}[ \t]+[^\s\[{{,]+{_COMMENT.pattern}"
    found = {match[1] for match in re.finditer(written, source.text, re.M)}
    # Of two lines that look alike neither is known to be meant.
    return found.pop() if len(found) == 1 else None


RULE = Rule(
    code="SK256",
    severity="warning",
    title="`#{part}` is a comment here, so the whole remote secret is read",
    why="to YAML a `#` behind a space begins a comment; the property is part of the text only where "
    "nothing stands between",
    fix="write `{good}`, without the space; a comment gets a space behind its `#`",
    source="YAML 1.2.2, section 6.6",
    find=find,
    wrong="""
        db:
          from: vault
          keys:
            password: shop/db #password  # <- SK256
    """,
    right="""
        db:
          from: vault
          keys:
            password: shop/db#password
    """,
)
