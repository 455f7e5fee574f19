"""Texts that are made to hurt: none takes long, none ends the process."""

import time

import pytest

from secretkit.scan import judging
from secretkit.scan.reading import File

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{{ x }} " * 3_000 + "a\n", id="actions in a row"),
        pytest.param("a: " + "{{" * 50_000, id="actions without an end"),
        pytest.param("{{ " + '"a' * 20_000, id="quotes without an end"),
        pytest.param("[" * 50_000, id="open brackets"),
        pytest.param("- " * 20_000 + "a", id="lists in lists"),
        pytest.param("? " * 20_000 + "a", id="keys in keys"),
        pytest.param(BOMB, id="aliases of aliases"),
        pytest.param("&a [*a]\n", id="a list of itself"),
        pytest.param("&a {b: *a, password: hunter2}\n", id="a mapping of itself"),
        pytest.param("password=" * 20_000, id="one long line"),
        pytest.param("a: " + "://x:y" * 20_000, id="URLs without an end"),
        pytest.param("mysql " * 20_000, id="commands"),
        pytest.param("<a name='" * 20_000, id="XML without an end"),
        pytest.param("a: '" + '{"a":' * 20_000 + "'\n", id="JSON in YAML"),
    ],
)
@pytest.mark.parametrize("name", ["a.yaml", ".env", "a.json"])
def test_it_is_over_soon(name: str, text: str) -> None:
    begun = time.monotonic()
    judging.of_file(File(name, text))

    assert time.monotonic() - begun < 5
