"""The files beside the code: schemas and templates, in the wheel or in a checkout."""

from functools import cache
from pathlib import Path


@cache
def folder(name: str) -> Path:
    """The folder `schemas` or `templates`: inside the package once installed, else at the root."""
    here = Path(__file__).parent
    inside = here / f"_{name}"
    return inside if inside.is_dir() else here.parent / name


def folders() -> tuple[Path, ...]:
    """All that our output depends on: code, schemas, templates."""
    return Path(__file__).parent, folder("schemas"), folder("templates")


def schema_text(name: str) -> str:
    """The text of a published schema: `app`, `platform`, …"""
    return (folder("schemas") / f"{name}.schema.json").read_text(encoding="utf-8")
