"""SK342: the workload has something else of that name."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK342",
    title="{kind} `{name}` has another {what} already",
    why="what a workload has is never changed, and both cannot stand there",
    fix="take it out of the workload's manifest, or choose another name or path here",
    wrong="# not text: `--inject` of a workload whose own variable or volume has the name of ours",
)
