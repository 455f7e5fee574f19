"""All codes of all stations, for `explain`, the docs and the tests."""

from collections.abc import Iterator
from importlib import import_module

from secretkit import rules
from secretkit.finding import Code

_FAULTS = (
    "secretkit.load.faults", "secretkit.check.faults", "secretkit.resolve.faults",
    "secretkit.values.faults", "secretkit.compile.faults", "secretkit.pipeline_faults",
)  # fmt: skip


def all_codes() -> Iterator[Code]:
    """Every code, sorted."""
    found: list[Code] = list(rules.all_rules())
    for module in _FAULTS:
        found.extend(import_module(module).CODES)
    yield from sorted(found, key=lambda code: code.code)
