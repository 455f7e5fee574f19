"""All codes of all stations, for `explain`, the docs and the tests."""

from collections.abc import Iterator
from importlib import import_module

from secretkit import rules
from secretkit.finding import Code

_FAULTS = (
    "secretkit.load.faults", "secretkit.load.manifest_faults", "secretkit.check.faults",
    "secretkit.resolve.faults", "secretkit.values.faults", "secretkit.compile.faults",
    "secretkit.pipeline_faults",
)  # fmt: skip


def all_codes() -> Iterator[Code]:
    """Every code, sorted."""
    found: list[Code] = list(rules.all_rules())
    for module in _FAULTS:
        found.extend(import_module(module).CODES)
    yield from sorted(found, key=lambda code: code.code)


def find(name: str) -> Code | None:
    """The code of a name, of which no more is imported than its own file; None where there is none."""
    stem = f"{name.lower()}_"
    for family in rules.families():
        for module in rules.modules(family):
            if module.startswith(stem):
                return rules.load(family, module)
    for module in _FAULTS:
        for code in import_module(module).CODES:
            if code.code == name.upper():
                found: Code = code
                return found
    return None


def names() -> list[str]:
    """The names of all codes, sorted; rules are known by their files."""
    files = (module for family in rules.families() for module in rules.modules(family))
    faults = (code.code for module in _FAULTS for code in import_module(module).CODES)
    return sorted({*(file.partition("_")[0].upper() for file in files), *faults})
