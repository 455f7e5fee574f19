"""Audit and encryption at rest."""

from collections.abc import Iterator, Sequence

from secretkit.finding import Finding
from secretkit.model.app import App


def applies(app: App) -> bool:
    return app.has_audit or app.encryption is not None


def judge_apps(apps: Sequence[App]) -> Iterator[Finding]:
    """What only the apps of one run together can tell: they share an API server."""
    speaking = any(applies(app) for app in apps)
    if len(apps) > 1 and speaking:
        from secretkit.rules.sk4_control_plane import (
            sk416_encryption_of_one_app,
            sk433_audit_rule_covered,
        )

        yield from sk416_encryption_of_one_app.judge_apps(apps)
        yield from sk433_audit_rule_covered.judge_apps(apps)
