"""SK416: of several apps none decides how the cluster encrypts."""

from collections.abc import Iterator, Sequence

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def judge_apps(apps: Sequence[App]) -> Iterator[Finding]:
    """Apps of one run that say more than `resources`, unless there is only one app."""
    if len(apps) < 2:
        return
    for app in apps:
        if app.encryption and app.encryption.block:
            yield RULE.at(app.encryption.block.at / "provider", app=app.name)


RULE = Rule(
    code="SK416",
    title="`{app}` says how the cluster encrypts, and it is not the only app here",
    why="there is one encryption for a whole cluster: beside other apps an app can only demand that "
    "`resources` are encrypted, and nothing is merged",
    fix="keep `resources` alone here, and let a file of its own, rendered by itself, hold the rest",
    wrong="# not text: two apps in one run, one of them with `provider` in its `encryption`",
)
