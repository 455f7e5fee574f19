"""Generated objects and the patches on them."""

from secretkit.model.app import App


def applies(app: App) -> bool:
    return bool(app.patches)
