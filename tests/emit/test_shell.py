"""Scripts: whatever the input says, a shell reads back the very words."""

import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from secretkit.emit import shell
from secretkit.wiring import Script, Variable, Words

# No argument of a process can hold a NUL, and no input a lone surrogate.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@settings(deadline=None, max_examples=60)
@given(found=st.lists(words, max_size=8), value=words)
def test_a_shell_reads_the_words_back(found: list[str], value: str) -> None:
    command = Words(("show", *found, Variable("NAME", "whatever it's called")))
    script = "show() { printf '%s\\0' \"$@\"; }\n" + shell.text(Script((command,)))

    ran = subprocess.run(["sh", "-c", script], env={"NAME": value}, capture_output=True)

    # A variable that is empty is one that nobody set.
    wanted = "".join(f"{word}\0" for word in (*found, value)) if value else ""
    assert ran.stdout.decode() == wanted


def test_a_long_command_is_broken_before_an_option() -> None:
    long = "x" * 60
    command = Words(("tool", "do", Variable("NAME", "a name"), "--one", long, "--two", long))

    assert shell.text(Script((command,))) == (
        f'set -eu\n: "${{NAME:?a name}}"\n\ntool do "${{NAME}}" --one {long} \\\n  --two {long}\n'
    )
