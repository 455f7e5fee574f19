"""SK523: a variable is none of those that are never read; SK504 says so where a render reads it."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for value in secret.read_values.values():
            if value.source != "env":
                continue
            from secretkit.values.env import reserved

            prefix = reserved(value.argument)
            if prefix:
                yield RULE.at(value.at / "env", key=value.key, prefix=prefix)


RULE = Rule(
    code="SK523",
    title="the variable of `{key}` begins with {prefix}, and such variables are never read",
    why="credentials of CI, of a cloud or of our own stand there, and a pull request could name them",
    fix="pass the value in a variable with a name of its own",
    source="secretkit, values in the clear",
    find=find,
    wrong="""
        deploy:
          values:
            key: {env: AWS_SECRET_ACCESS_KEY}  # <- SK523
    """,
    right="""
        deploy:
          values:
            key: {env: SHOP_DEPLOY_KEY}
    """,
)
