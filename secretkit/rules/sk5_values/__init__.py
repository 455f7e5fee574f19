"""Values in the clear and sealed values."""

from secretkit.model.app import App


def applies(app: App) -> bool:
    return bool(app.secrets)
