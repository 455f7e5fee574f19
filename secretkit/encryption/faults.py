"""SK42x: what is asked of an encryption cannot be done."""

from secretkit.finding import Code

UNDECLARED = Code(
    code="SK420",
    title="no encryption is declared here",
    why="`encryption` with a `provider` says what the API server encrypts with; without it there is nothing to speak of",
    fix="begin with `secretkit encryption enable FILE`",
    wrong="# not text: `secretkit encryption next` for a file without `encryption`",
)

LAYOUT = Code(
    code="SK426",
    title="the file is laid out in a way that is not edited here",
    why="an anchor, a block text or the like stands where the change would, and nothing else may change",
    fix="write it by hand: `{section}`",
    wrong="# not text: `secretkit encryption rotate` where `keys` is an alias",
)
REFUSED = Code(
    code="SK427",
    title="{why}",
    why="a step out of turn makes stored objects unreadable, and one such object breaks every list of its kind",
    fix="{mend}",
    source="Kubernetes: encrypting confidential data at rest, rotating a key",
    wrong="# not text: `secretkit encryption rotate` while a rotation is under way",
)
DECLARED = Code(
    code="SK428",
    title="encryption is declared here already",
    why="`enable` begins from a cluster that stores everything in the clear",
    fix="see `secretkit encryption status FILE` for what comes next",
    wrong="# not text: `secretkit encryption enable` for a file with `encryption`",
)

CODES = (UNDECLARED, LAYOUT, REFUSED, DECLARED)
