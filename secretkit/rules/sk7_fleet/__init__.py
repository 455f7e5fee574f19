"""What apps of one run contradict each other in, beyond objects of one name."""

from secretkit.model.app import App


def applies(app: App) -> bool:  # noqa: ARG001
    return False  # every rule here gathers facts of all apps
