"""SK341: the workload has the containers that an entry names."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK341",
    title="{kind} `{name}` has no {what} `{container}`{near}",
    why="nothing would reach the one that is meant",
    fix="{known}",
    wrong="# not text: `--inject` of a workload without a container that the entry names",
)
