"""SK210: leased credentials are read again before they end."""

import re
from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.names import spelled
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if secret.leased is None:
            continue
        refresh, lease = secret.refresh, secret.leased.lease
        place = refresh.at if "refresh" in secret.said else (secret.leased.at / "lease")
        if refresh.policy != "Periodic" or not refresh.interval:
            yield RULE.at(place, how="only once or on a change", refresh=_good(lease))
        elif lease is not None and refresh.interval >= lease:
            how = f"every {spelled(refresh.interval)}, and live for {spelled(lease)}"
            yield RULE.at(place, how=how, refresh=_good(lease))


def _good(lease: int | None) -> str:
    """Two thirds of a lease, to the minute where it lasts some, as a person writes it."""
    if lease is None:
        return "DURATION"
    unit = 60 * 10**9 if lease > 300 * 10**9 else 10**9
    whole = spelled(max(lease * 2 // 3 // unit, 1) * unit)
    return re.sub("(?<=h)0m$", "", re.sub("(?<=m)0s$", "", whole))


RULE = Rule(
    code="SK210",
    title="leased credentials are read {how}: they end before they are read again",
    why="the operator never renews a lease: at its end the engine deletes the user, and the app is "
    "left with a password that nobody knows",
    fix="set `refresh: {refresh}` beside `dynamic`, about two thirds of the lease, and let pods take the new values",
    source="external-secrets issues 2198 and 6743",
    find=find,
    wrong="""
        db:
          from: vault
          dynamic: {path: database/creds/shop, lease: 1h}
          refresh: 2h  # <- SK210
    """,
    right="""
        db:
          from: vault
          dynamic: {path: database/creds/shop, lease: 1h}
          refresh: 40m
    """,
)
