"""SK602: an app's name is its own."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK602",
    title="two apps are called `{name}`",
    why="their files would lie in one folder, and their objects carry one label",
    fix="rename one of them, for example after its team",
    wrong="# not text: two files with the same `metadata.name` in one run",
)
