"""Stores, and what External Secrets Operator makes of secrets."""

from secretkit.model.app import App


def applies(app: App) -> bool:
    return bool(app.stores or app.secrets)
