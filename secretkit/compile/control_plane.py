"""The API server's files of all apps together: audit policy and encryption at rest."""

from collections.abc import Iterator, Sequence

from secretkit.model.app import App
from secretkit.objects import File


def files(apps: Sequence[App]) -> Iterator[File]:  # noqa: ARG001
    """The files below `control-plane/`."""
    yield from ()


def stream(apps: Sequence[App]) -> str:  # noqa: ARG001
    """The same as one stream for stdout."""
    return ""
