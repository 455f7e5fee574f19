"""Names and metadata."""

from secretkit.model.app import App


def applies(app: App) -> bool:  # noqa: ARG001
    return True
