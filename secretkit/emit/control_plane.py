"""The API server's files of all apps together. They are never applied, so no stream holds them."""

from collections.abc import Iterator, Sequence

from secretkit.compile.control_plane import documents
from secretkit.emit.templates import Templates
from secretkit.model.app import App
from secretkit.model.platform import Platform
from secretkit.objects import File


def files(apps: Sequence[App], platforms: Sequence[Platform] = ()) -> Iterator[File]:
    """The files below `control-plane/`; none on a managed cluster, whose cloud has a setting."""
    for stem, text in _texts(apps, platforms):
        yield File(f"control-plane/{stem}.yaml", text.encode())


def stream(apps: Sequence[App], platforms: Sequence[Platform] = ()) -> str:
    """The same as one stream for stdout."""
    return "---\n".join(text for _, text in _texts(apps, platforms))


def _texts(apps: Sequence[App], platforms: Sequence[Platform]) -> Iterator[tuple[str, str]]:
    templates = Templates()  # an overlay is for objects: what all apps share is no place for it
    for stem, found in documents(apps, platforms):
        yield stem, templates.fill(found)
