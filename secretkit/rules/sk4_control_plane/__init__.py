"""Audit and encryption at rest."""

from collections.abc import Iterator, Sequence

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.platform import Platform


def applies(app: App) -> bool:
    return app.has_audit or app.encryption is not None


def judge_apps(apps: Sequence[App], platforms: Sequence[Platform]) -> Iterator[Finding]:
    """What only the apps of one run together can tell: they share an API server."""
    if not any(applies(app) for app in apps):
        return
    from secretkit.rules.sk4_control_plane import (
        sk415_demand_unmet,
        sk416_encryption_of_one_app,
        sk433_audit_rule_covered,
    )

    yield from sk415_demand_unmet.judge_apps(apps, platforms)
    yield from sk416_encryption_of_one_app.judge_apps(apps, platforms)
    yield from sk433_audit_rule_covered.judge_apps(apps, platforms)
