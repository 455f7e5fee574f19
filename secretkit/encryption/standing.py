"""The EncryptionConfiguration that a run of `render` would write over or take away."""

from collections.abc import Sequence
from pathlib import Path as File

from secretkit.compile.control_plane import ENCRYPTION, documents, unwritten
from secretkit.emit.templates import Templates
from secretkit.encryption import step_faults as faults
from secretkit.encryption.configuration import read_bytes
from secretkit.encryption.configuration_model import Configuration
from secretkit.encryption.step import unsafe
from secretkit.finding import Finding, Rejected
from secretkit.load.inputs import reason
from secretkit.model.app import App
from secretkit.model.platform import Platform
from secretkit.ownership.plan import Plan
from secretkit.text import Mark, Place

PATH = f"control-plane/{ENCRYPTION}.yaml"


def findings(
    todo: Plan, folder: File, apps: Sequence[App], platforms: Sequence[Platform], first: Mark
) -> tuple[Finding, ...]:
    """What is unsafe about a plan for a folder; nothing where the file is new or stays as it is.

    Where no encryption is declared any more, the platform file is to blame, else `first`.
    """
    change = next((one for one in todo.on_top if one.path == PATH), None)
    if change is None or change.what not in ("change", "remove"):
        return ()
    at = _place(apps, platforms) or first
    try:
        old = _read(folder / PATH)
    except Rejected as rejected:
        problem = rejected.findings[0].message
        return (faults.STANDING.at(at, file=folder / PATH, problem=problem),)
    except OSError as error:
        return (faults.STANDING.at(at, file=folder / PATH, problem=reason(error)),)
    gone = unwritten(apps, platforms)
    if change.wanted:
        new = _of(PATH, change.wanted.file.content)
    else:
        new = _of(PATH, Templates().fill(gone).encode()) if gone else Configuration(())
    behind = faults.RENDERED.format(file=folder / PATH)
    return tuple(one.at(at, behind) for one in unsafe(old, new))


def _read(path: File) -> Configuration:
    return _of(path.name, path.read_bytes())


def _of(name: str, content: bytes) -> Configuration:
    return read_bytes(name, content, rendered=True).configuration


def _place(apps: Sequence[App], platforms: Sequence[Platform]) -> Place | None:
    """Where the encryption is declared, or would be."""
    for stem, found in documents(apps, platforms):
        if stem == ENCRYPTION:
            return found.place.key
    return platforms[0].at.key if platforms else None
