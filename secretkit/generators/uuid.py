"""UUID: a random UUID (ESO, generators/v1/uuid/uuid.go)."""

from secretkit.fragment import record
from secretkit.generators import Generator

GENERATOR = Generator(
    kind="UUID",
    title="Random UUID",
    schema=record("A random UUID; there is nothing to set.", {}),
    keys=lambda _: ("uuid",),
    makes_tokens=False,  # good for ever
    since=None,
    example="{}\n",
)
