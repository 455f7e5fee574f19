"""Every code of scan: its wrong example gives that finding on the marked line, its right one none."""

import re

import pytest

from secretkit.scan import codes, judging
from secretkit.scan.codes import ScanCode
from secretkit.scan.reading import File

CODES = list(codes.all_codes())


def findings(code: ScanCode, text: str) -> list[tuple[str, int]]:
    found = judging.of_file(File(code.file, text))
    return [(one.code.code, one.at.line) for one in found if one.is_found]


@pytest.mark.parametrize(
    "code", [code for code in CODES if not code.wrong.startswith("# not")], ids=lambda c: c.code
)
def test_the_wrong_example_gives_exactly_its_finding(code: ScanCode) -> None:
    marks = [
        (name, line)
        for line, row in enumerate(code.wrong.split("\n"), 1)
        for name in re.findall(r"# <- (SK\d{3})", row)
    ]

    assert marks
    assert findings(code, code.wrong) == marks


@pytest.mark.parametrize("code", [code for code in CODES if code.right], ids=lambda c: c.code)
def test_the_right_example_gives_nothing(code: ScanCode) -> None:
    assert findings(code, code.right) == []


def test_a_file_is_named_after_its_code() -> None:
    named = {name.partition("_")[0].upper(): codes.load(name).code for name in codes.modules()}

    assert named == {code: code for code in named.values()}
