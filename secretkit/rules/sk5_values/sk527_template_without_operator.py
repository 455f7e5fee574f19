"""SK527: a template needs an operator that fills it."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Existing, Plain
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if not isinstance(secret.origin, Plain | Existing):
            continue
        source = "values" if isinstance(secret.origin, Plain) else "existing"
        field = next((name for name in ("template", "keep") if name in secret.said), None)
        if field:
            yield RULE.at((secret.at / field).key, field=field, source=source)


RULE = Rule(
    code="SK527",
    title="`{field}` stands beside `{source}`, where nothing fills a template",
    why="templates are filled in the cluster, by External Secrets Operator or by the controller of "
    "sealed-secrets, and neither makes this Secret",
    fix="drop `{field}`; write the finished text as a value of its own, or keep the parts in a store",
    source="secretkit, secrets.yaml",
    find=find,
    wrong="""
        db:
          values:
            user: {literal: shop}
          template:  # <- SK527
            url: "postgres://{{ .user }}@db/shop"
    """,
    right="""
        db:
          values:
            user: {literal: shop}
            url: {literal: "postgres://shop@db/shop"}
    """,
)
