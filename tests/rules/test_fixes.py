"""What a fix says, where following it to the letter is the point."""

import pytest
from test_rules import whole

from secretkit import pipeline
from secretkit.text import Source


def fixes(example: str) -> list[tuple[str, str]]:
    """Code and fix of every finding on an example of a rule's form."""
    found = pipeline.judge(Source("secrets.yaml", whole(example)), pipeline.Options())
    return [(one.code, one.fix) for one in found]


JOB = """
spec:
  secrets:
    db: {{from: vault, keys: {{password: "db#password"}}}}
  workloads:
    job: {{kind: {kind}, env: {{A: db#password}}, onRotation: {word}}}
"""
FILES = "mount what the app can read from `files`; where it must be `env`, "


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        pytest.param(
            "db: {from: vault, keys: {a: secret/data/x#p}}",
            [("SK206", "write `x#p`")],
            id="SK206 keeps the property of a reference",
        ),
        pytest.param(
            "db: {from: vault, keys: {a: secret/x}}",
            [("SK206", "write `x`")],
            id="SK206 of a whole secret",
        ),
        pytest.param(
            "db: {from: vault, keys: {a: {key: secret/x, property: p}}}",
            [("SK206", "write `key: x`")],
            id="SK206 of an object",
        ),
        pytest.param(
            JOB.format(kind="CronJob", word="none"),
            [("SK310", FILES + "leave it: the next CronJob that starts gets the new value")],
            id="SK310 of what nothing restarts",
        ),
        pytest.param(
            JOB.format(kind="Deployment", word="none"),
            [("SK310", FILES + "use `onRotation: restart`")],
            id="SK310 of a Deployment",
        ),
        pytest.param(
            JOB.format(kind="Deployment", word="restart"),
            [("SK310", FILES + "keep its `onRotation: restart`")],
            id="SK310 of what is restarted",
        ),
    ],
)
def test_a_fix_can_be_followed_to_the_letter(example: str, expected: list[tuple[str, str]]) -> None:
    assert fixes(example) == expected
