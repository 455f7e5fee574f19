"""SK42x: what is asked of an encryption cannot be done."""

from secretkit.finding import Code

UNDECLARED = Code(
    code="SK420",
    title="no encryption is declared here",
    why="`encryption` with a `provider` says what the API server encrypts with; without it there is nothing to speak of",
    fix="begin with `secretkit encryption enable FILE`",
    wrong="# not text: `secretkit encryption next` for a file without `encryption`",
)

CODES = (UNDECLARED,)
