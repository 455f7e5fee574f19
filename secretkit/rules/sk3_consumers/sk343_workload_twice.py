"""SK343: it is clear which manifest is the workload, and whose it is."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK343",
    title="{reason}",
    why="it cannot be told which of them should receive the secrets",
    fix="{mend}",
    wrong="# not text: `--inject` of files that hold one workload twice",
)
