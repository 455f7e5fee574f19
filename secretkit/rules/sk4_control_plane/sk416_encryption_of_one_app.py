"""SK416: of several apps none decides how the cluster encrypts."""

from collections.abc import Iterator, Sequence

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.platform import Platform
from secretkit.rules import Rule


def judge_apps(apps: Sequence[App], platforms: Sequence[Platform]) -> Iterator[Finding]:
    """Apps that say more than `resources`, unless there is one app alone and no platform."""
    if len(apps) < 2 and not platforms:
        return
    for app in apps:
        if app.encryption and app.encryption.block:
            yield RULE.at(app.encryption.block.at / "provider", app=app.name)


RULE = Rule(
    code="SK416",
    title="`{app}` says how the cluster encrypts, and it does not stand alone",
    why="there is one encryption for a whole cluster: beside other apps an app can only demand that "
    "`resources` are encrypted, and nothing is merged",
    fix="keep `resources` alone here, and let a file of its own, rendered by itself, hold the rest",
    wrong="# not text: two apps in one run, one of them with `provider` in its `encryption`",
)
