"""SK459: what can be said of the audit log only where its Policy is ours to write."""

from secretkit.finding import Code

MANAGED = Code(
    code="SK459",
    title="on {cloud} no audit Policy is ours to write, so no rule of one decides",
    why="no Policy can be given to that API server: {logs}",
    fix="ask the cloud's log with `secretkit audit queries --for {provider}`, or name a Policy with `--policy FILE`",
    wrong="# not text: `audit explain` where the target's `provider` is eks, gke, aks or openshift",
)

CODES = (MANAGED,)
