"""SK344: the manifest of a workload holds its pods."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK344",
    title="{kind} `{name}` cannot receive anything: {reason}",
    why="volumes, mounts and variables belong into the spec of its pods",
    fix="{mend}",
    wrong="# not text: `--inject` of a Deployment without `spec.template.spec.containers`",
)
