"""SK310: files rather than environment variables."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.workload import Entry, Workload
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            places = entry.variable_places
            if places:
                yield RULE.at(
                    places[0], also=places[1:], entry=entry.key, rest=_rest(workload, entry)
                )


def _rest(workload: Workload, entry: Entry) -> str:
    """What makes the best of variables that have to be."""
    if not workload.is_restartable:
        return f"leave it: the next {workload.kind} that starts gets the new value"
    if entry.on_rotation == "restart":
        return "keep its `onRotation: restart`"
    return "use `onRotation: restart`"


RULE = Rule(
    code="SK310",
    severity="info",
    title="`{entry}` gets secrets as environment variables",
    why="child processes inherit them, crash reports and debug pages print them, and a running "
    "container never sees a new value",
    fix="mount what the app can read from `files`; where it must be `env`, {rest}",
    source="CIS Kubernetes Benchmark 5.4.1",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              env:
                DATABASE_PASSWORD: db#password  # <- SK310
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              files: {/etc/db: db}
    """,
)
