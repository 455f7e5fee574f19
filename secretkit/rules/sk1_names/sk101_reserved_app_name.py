"""SK101: an app's name is none of ours."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule

_RESERVED = ("control-plane", "platform")


def find(app: App) -> Iterator[Finding]:
    if app.name in _RESERVED:
        yield RULE.at(app.at / "metadata" / "name", name=app.name)


RULE = Rule(
    code="SK101",
    title="an app cannot be called `{name}`",
    why="the output folder of that name holds what all apps share",
    fix="give the app another name, such as `{name}-app`",
    find=find,
    wrong="""
        apiVersion: secretkit.dev/v1alpha1
        kind: AppSecrets
        metadata:
          name: platform  # <- SK101
          namespace: prod
    """,
    right="""
        apiVersion: secretkit.dev/v1alpha1
        kind: AppSecrets
        metadata:
          name: platform-app
          namespace: prod
    """,
)
