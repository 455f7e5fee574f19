"""Blocks of Terraform as HCL text, in the layout of `terraform fmt`.

A text of the input is a quoted template in which nothing is left to evaluate: quotes, backslashes,
control characters, and every `$` and `%`, are written as escapes, which are read after sequences are
found. Source: HCL native syntax, quoted template expressions.
"""

import re
from collections.abc import Iterator, Sequence

from secretkit.wiring import Block, Expression, Value

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_UNSAFE = re.compile('["\\\\$%\\x00-\\x1f\\x7f-\\xa0\\u2028\\u2029\\ufeff]')


def quoted(text: str) -> str:
    """A text that Terraform reads back as it is."""

    def escape(found: re.Match[str]) -> str:
        return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}"

    return f'"{_UNSAFE.sub(escape, text)}"'


def text(blocks: Sequence[Block]) -> str:
    """The blocks, a blank line between them."""
    return "\n".join("".join(_lines(block, "")) for block in blocks)


def _lines(block: Block, pad: str) -> Iterator[str]:
    labels = "".join(f" {quoted(label)}" for label in block.labels)
    yield f"{pad}{block.type}{labels} {{\n"
    inner = f"{pad}  "
    width = max((len(name) for name in block.arguments), default=0)
    for name, value in block.arguments.items():
        yield f"{inner}{name.ljust(width)} = {_expression(value)}\n"
    for number, child in enumerate(block.blocks):
        yield "\n" if number or block.arguments else ""
        yield from _lines(child, inner)
    yield f"{pad}}}\n"


def _expression(value: Value) -> str:
    match value:
        case Expression():
            return value.text
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case list():
            return f"[{', '.join(map(quoted, value))}]"
