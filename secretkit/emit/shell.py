"""Commands as a script for `sh`: every word quoted, nothing of the input evaluated."""

import re
import shlex
from collections.abc import Iterator, Mapping

from secretkit.wiring import Script, Variable, Words

_WIDTH = 100


def text(script: Script) -> str:
    """The script, without its head: it stops at the first failure and at a variable that is not set."""
    needs = "".join(f': "${{{one.name}:?{one.about}}}"\n' for one in script.variables)
    return f"set -eu\n{needs}\n" + "".join(_line(command) for command in script.commands)


def filled(text: str, words: Mapping[str, str]) -> str:
    """A script whose gaps `@NAME@` are filled with quoted words, in one go: a word like a gap is none."""
    return re.sub("@([A-Z]+)@", lambda gap: shlex.quote(words[gap[1]]), text)


def _line(command: Words) -> str:
    """A command, broken before an option where the line grows too long."""
    rows: list[str] = []
    for piece in _pieces(command):
        if rows and len(rows[-1]) + 1 + len(piece) <= _WIDTH - 2:
            rows[-1] += f" {piece}"
        else:
            rows.append(piece if not rows else f"  {piece}")
    return " \\\n".join(rows) + "\n"


def _pieces(command: Words) -> Iterator[str]:
    """The words, an option and its value together."""
    held: list[str] = []
    for word in command.words:
        shown = f'"${{{word.name}}}"' if isinstance(word, Variable) else shlex.quote(word)
        if held and (shown.startswith("--") or not held[0].startswith("--")):
            yield " ".join(held)
            held = []
        held.append(shown)
    yield " ".join(held)
