"""Formats for machines: what they take, for texts that are made to break them."""

import json
import re
from io import StringIO
from xml.etree import ElementTree

import pytest

from secretkit import report
from secretkit.finding import Finding, Severity
from secretkit.report import Spot
from secretkit.text import Excerpt, Source, Span

ODD = "a%b:c,d\r\ne \"<&>' \x01\x1b \ud7ff ]]> ::error::x"


def spot(
    code: str, severity: Severity, message: str, name: str = "a b/c%,.yaml", line: int = 3
) -> Spot:
    span = Span(Source(name, ""), line, 5, line, 9)
    finding = Finding(code, severity, message, f"why {message}", f"fix {message}", span)
    return Spot(finding, span, Excerpt("", 0, 0), ())


SPOTS = [
    spot("SK901", "info", "i"),
    spot("SK902", "warning", ODD),
    spot("SK903", "error", "e"),
    spot("SK903", "error", "e", line=9),
]


def written(form: str, spots: list[Spot]) -> str:
    out = StringIO()
    report.get(form).write(spots, out, False)
    return out.getvalue()


def test_the_formats_of_the_contract_are_there() -> None:
    assert report.names() == ("github", "gitlab", "json", "junit", "sarif", "text")


def test_sarif_has_what_github_requires() -> None:
    found = json.loads(written("sarif", SPOTS))
    run = found["runs"][0]
    rules = run["tool"]["driver"]["rules"]

    assert (found["version"], bool(found["$schema"])) == ("2.1.0", True)
    assert [rule["id"] for rule in rules] == ["SK901", "SK902", "SK903"]
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in rules)
    assert [one["ruleId"] for one in run["results"]] == ["SK903", "SK903", "SK902", "SK901"]
    assert [one["level"] for one in run["results"]] == ["error", "error", "warning", "note"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b/c%25%2C.yaml"
    assert place["region"] == {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9}
    marks = [one["partialFingerprints"]["primaryLocationLineHash"] for one in run["results"]]
    assert len(set(marks)) == 4
    assert marks[0].partition(":")[0] == marks[1].partition(":")[0]


def test_sarif_of_nothing_is_a_whole_run() -> None:
    assert json.loads(written("sarif", []))["runs"][0]["results"] == []


def test_an_annotation_is_one_line_that_comes_back_as_it_was() -> None:
    rows = written("github", SPOTS).splitlines()
    heads = [row.partition(" ")[0] for row in rows[:4]]
    fields, message = rows[2].removeprefix("::warning ").split("::", 1)

    assert heads == ["::error", "::error", "::warning", "::notice"]
    assert rows[4:] == ["2 errors, 1 warnings, 1 infos"]
    assert "file=a b/c%25%2C.yaml," in fields
    back = message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    assert back == f"{ODD}\nfix: fix {ODD}"


def test_junit_is_xml_for_any_text_and_names_are_unique() -> None:
    root = ElementTree.fromstring(written("junit", SPOTS))
    cases = root.findall("testsuite/testcase")

    assert [len(case) for case in cases] == [0, 1, 1, 1]
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == 4
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("4", "3")
    assert not re.search("[\x01\x1b]", written("junit", SPOTS))


def test_junit_of_nothing_passes() -> None:
    assert len(ElementTree.fromstring(written("junit", [])).findall("testsuite/testcase")) == 1


def test_gitlab_has_unique_fingerprints() -> None:
    found = json.loads(written("gitlab", SPOTS))

    assert [one["severity"] for one in found] == ["info", "minor", "critical", "critical"]
    assert len({one["fingerprint"] for one in found}) == 4
    assert found[0]["location"] == {"path": "a b/c%,.yaml", "lines": {"begin": 3}}


@pytest.mark.parametrize("form", report.names())
def test_no_format_fails_on_odd_text(form: str) -> None:
    assert written(form, SPOTS)
