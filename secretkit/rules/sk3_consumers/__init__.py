"""Who reads Secrets, through the API and in pods."""

from secretkit.model.app import App


def applies(app: App) -> bool:
    return bool(app.access or app.workloads)
