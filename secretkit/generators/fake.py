"""Fake: values written in the spec, for tests (ESO, generators/v1/fake/fake.go)."""

from secretkit.fragment import mapping, record, text
from secretkit.generators import Generator

SCHEMA = record(
    "Values in the clear, the same at every read: for tests only.",
    {
        "controller": text("Class of the operator that serves this generator.", example="dev"),
        "data": mapping(
            "Key to value.",
            text("A value, not a secret.", example="not-a-secret"),
            example={"username": "test-user", "password": "not-a-secret"},
        ),
    },
)

GENERATOR = Generator(
    kind="Fake",
    title="Fixed values for tests",
    schema=SCHEMA,
    keys=lambda spec: tuple(sorted(spec.get("data", {}))),
    makes_tokens=False,  # always the same
    since=None,
    example="""\
data:
  username: test-user
  password: not-a-secret
""",
)
