"""Which patterns Go's regexp package compiles."""

import pytest

from secretkit.go_regexp import re2_problem


@pytest.mark.parametrize(
    "pattern",
    [
        "", "^prod/", "a|b", "[^a-z]+?", "[]a]", "[a[:alpha:]]", r"\Qa(b\E", r"\pL\p{Greek}", r"\x{10FFFF}",
        "(?i)a(?s:b)(?P<n>c)(?<m>d)", "a(?U)b+", r"\d{2,3}\.\z", "^+", r"\(?=", "[(?=]", r"\10", "a{,2}",
        "é+", r"[\d-a]", r"[\d-]", r"[-\d]", "[[:^alpha:]]", r"\p{Lu}", r"\p{Latin}", r"\p{^Greek}", r"[\w-z]",
        "[a-z0-9]", r"\PN",
    ],
)  # fmt: skip
def test_an_expression_that_go_takes_has_no_problem(pattern: str) -> None:
    assert re2_problem(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("a(?=b)", "it has lookaround"),
        ("(?<!a)b", "it has lookaround"),
        (r"(a)\1", "it has a back reference"),
        (r"(?P<n>a)\k<n>", "it has a back reference"),
        ("(?P<n>a)(?P=n)", "it has a back reference"),
        ("a++", "it has a possessive quantifier"),
        ("(?>a)", "it has a group of a kind that Go does not know"),
        ("(?x)a", "it has a group of a kind that Go does not know"),
        (r"a\Z", r"it has `\Z`"),
        (r"\h", r"it has the escape `\h`"),
        ("[a", "a class of characters is not closed"),
        ("a{1001}", "it repeats more than 1000 times, or its bounds are the wrong way round"),
        ("a{3,2}", "it repeats more than 1000 times, or its bounds are the wrong way round"),
        ("(a", "missing ), unterminated subpattern"),
        ("*a", "nothing to repeat"),
        (r"[a-\d]", "a range of characters ends with a class of them"),
        ("[z-a]", "a range of characters is the wrong way round"),
        ("[[:foo:]]", "there is no class `[:foo:]`"),
        (r"\pX", r"there is no class `\pX`"),
        (r"\p{foo}", r"there is no class `\p{foo}`"),
    ],
)  # fmt: skip
def test_what_go_cannot_compile_is_told(pattern: str, problem: str) -> None:
    assert re2_problem(pattern) == problem
