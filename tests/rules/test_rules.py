"""Every code: its wrong example gives that finding on the marked line, its right one gives none."""

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest

from secretkit import codes, pipeline
from secretkit.check import Checker
from secretkit.codes import as_file
from secretkit.compile import compile_app
from secretkit.finding import Code, Rejected
from secretkit.load import load
from secretkit.load.positions import Positions
from secretkit.model.app import App
from secretkit.resolve import Context
from secretkit.resolve.app import resolve
from secretkit.scan.codes import ScanCode
from secretkit.text import Source

CODES = list(codes.all_codes())
# Those of scan are about files of any kind; tests/scan has theirs.
OURS = [code for code in CODES if not isinstance(code, ScanCode)]


def findings(text: str) -> list[tuple[str, int]]:
    source = Source("secrets.yaml", text)
    found = pipeline.judge(source, pipeline.Options())
    positions = Positions(lambda _: source)
    return sorted((one.code, positions.span(one.place).line) for one in found)


def marks(text: str) -> list[tuple[str, int]]:
    return sorted(
        (code, line)
        for line, row in enumerate(text.split("\n"), 1)
        for code in re.findall(r"# <- (SK\d{3})", row)
    )


@pytest.mark.parametrize(
    "code",
    [code for code in OURS if not code.wrong.startswith("# not text")],
    ids=lambda c: c.code,
)
def test_the_wrong_example_gives_exactly_its_finding(code: Code) -> None:
    text = as_file(code.wrong)

    assert marks(text), "no line is marked"
    assert findings(text) == marks(text)


@pytest.mark.parametrize("code", [code for code in OURS if code.right], ids=lambda c: c.code)
def test_the_right_example_gives_nothing_under_any_rule(code: Code) -> None:
    assert findings(as_file(code.right)) == []


def apps() -> Iterator[tuple[str, App]]:
    """Every wrong example of which a model can be made."""
    checker = Checker.published("app")
    for code in OURS:
        if code.wrong and not code.wrong.startswith("# not text"):
            with suppress(Rejected):
                tree = load(Source("secrets.yaml", as_file(code.wrong)))
                if tree.value["kind"] == "AppSecrets" and not checker.check(tree):
                    yield code.code, resolve(tree, Context(), lambda _: ())


def test_what_breaks_a_rule_compiles_all_the_same() -> None:
    """So the patches of a file are judged together with the rest of it."""
    found = [(code, list(compile_app(app))) for code, app in apps() if code != "SK201"]

    assert len(found) > 100
    assert sum(bool(objects) for _, objects in found) > 80


def test_no_code_stands_twice() -> None:
    names = [code.code for code in CODES]

    assert names == sorted(set(names))


def test_a_rule_file_is_named_after_its_code() -> None:
    from secretkit import rules

    named = {
        module.partition("_")[0].upper(): rules.load(family, module).code
        for family in rules.families()
        for module in rules.modules(family)
    }

    assert named == {code: code for code in named.values()}


@pytest.mark.parametrize("code", CODES, ids=lambda c: c.code)
def test_a_code_says_why_and_how_to_mend(code: Code) -> None:
    assert code.title
    assert code.why
    assert code.fix
    assert code.wrong
