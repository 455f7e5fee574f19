"""SK222: `keep` speaks of a template."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if secret.keep and secret.is_operators and not secret.template:
            yield RULE.at((secret.at / "keep").key)


RULE = Rule(
    code="SK222",
    title="`keep` stands without `template`",
    why="it says that the fetched keys stay beside those of the template; without one they all do",
    fix="drop it, or add the `template`",
    find=find,
    wrong="""
        db:
          from: vault
          keys: {password: db#password}
          keep: true  # <- SK222
    """,
    right="""
        db:
          from: vault
          keys: {password: db#password}
          keep: true
          template: {url: "postgres://app:{{ .password }}@db/app"}
    """,
)
