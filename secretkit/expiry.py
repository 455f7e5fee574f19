"""Certificates that have ended or soon will: the one judgement here that needs a clock.

Judged where a value is at hand and a clock allowed: literals, by `validate`. `render` has no clock,
and opens files and variables alone.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.values import faults

SOON = timedelta(days=30)
_MARK = b"-----BEGIN CERTIFICATE-----"


def findings(app: App, now: datetime) -> Iterator[Finding]:
    """What is said of each literal certificate, of whatever type its Secret is."""
    for secret in app.secrets.values():
        for key, value in secret.literals.items():
            content = value.reveal()
            if _MARK not in content:
                continue
            from secretkit import certificates

            for number, life in enumerate(certificates.lives(content), 1):
                said, is_over = _said(life.begins, life.ends, now)
                if said:
                    found = faults.EXPIRY.at(
                        secret.at / "values" / key, key=key, number=number, problem=said
                    )
                    yield found if is_over else found._replace(severity="warning")
                    break


def _said(begins: datetime, ends: datetime, now: datetime) -> tuple[str, bool]:
    """What is to be said, and whether the certificate is over."""
    if ends <= now:
        return f"ended on {ends:%Y-%m-%d}", True
    if begins > now:
        return f"begins on {begins:%Y-%m-%d}", False
    return (f"ends on {ends:%Y-%m-%d}", False) if ends - now < SOON else ("", False)
