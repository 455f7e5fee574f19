"""Audit and encryption at rest."""

from secretkit.model.app import App


def applies(app: App) -> bool:
    return app.has_audit or app.encryption is not None
