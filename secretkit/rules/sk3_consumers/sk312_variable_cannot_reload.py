"""SK312: a running container keeps its variables."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            places = entry.variable_places
            if places and entry.on_rotation == "reload":
                yield RULE.at(entry.at / "onRotation", also=places, entry=entry.key)


RULE = Rule(
    code="SK312",
    title="`{entry}` cannot reload its environment variables",
    why="variables are fixed when a container starts, so the app would go on with the old values",
    fix="use `onRotation: restart`, or mount the Secret under `files`",
    source="Kubernetes: environment variables are resolved at container start",
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
              onRotation: reload  # <- SK312
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              files: {/etc/db: db}
              onRotation: reload
    """,
)
