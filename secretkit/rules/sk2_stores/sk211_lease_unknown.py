"""SK211: somebody has thought of how long leased credentials live."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        dynamic = secret.leased
        if dynamic and dynamic.lease is None and "refresh" not in secret.said:
            yield RULE.at(dynamic.at.key)


RULE = Rule(
    code="SK211",
    severity="warning",
    title="nothing says how long these leased credentials live",
    why="they are read again at the default of `refresh`; if their lease, or that of the login, "
    "ends before, the app loses its access until then",
    fix="give the engine's TTL, as `dynamic: {{path: …, lease: 1h}}`, or set `refresh` below it",
    source="external-secrets issue 2198",
    find=find,
    wrong="""
        db:
          from: vault
          dynamic: database/creds/shop  # <- SK211
    """,
    right="""
        db:
          from: vault
          dynamic: {path: database/creds/shop, lease: 2h}
    """,
)
