"""SK330: what a patch cannot say."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK330",
    title="`{entry}` cannot be written as a patch: {reason}",
    why="a patch must never take away what the workload has",
    fix="give the workload's manifest with `--inject FILE`{mend}",
    wrong="# not text: `render -o DIR` of an entry for all containers, without `--inject`",
)
