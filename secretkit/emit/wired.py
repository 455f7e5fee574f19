"""The parts of a provider's wiring as texts: YAML, Terraform or a script, each under its comment."""

from collections.abc import Iterator

from secretkit import wiring
from secretkit.emit import hcl, shell, yaml
from secretkit.wiring import Part, Plan, Program, Script


def texts(plan: Plan) -> Iterator[tuple[str, str]]:
    """Name and text of each file that the target's provider gets."""
    assert plan.target.provider
    for part in wiring.get(plan.target.provider).parts(plan):
        yield part.name, _head(part) + _text(part)


def _head(part: Part) -> str:
    return "".join(f"# {line}".rstrip() + "\n" for line in part.head.splitlines())


def _text(part: Part) -> str:
    match part.content:
        case Script():
            return shell.text(part.content)
        case Program():
            return shell.filled(part.content.text, part.content.words)
        case tuple():
            return hcl.text(part.content)
        case _:
            return yaml.document(part.content)
