"""SK333: an entry is there to give something."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            if not entry.uses:
                yield RULE.at(entry.at.key, entry=entry.key)


RULE = Rule(
    code="SK333",
    severity="warning",
    title="`{entry}` gives its workload nothing",
    why="an entry without `files`, `env`, `envFrom` or `imagePullSecrets` changes no pod",
    fix="say what it gets, or take it out",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:  # <- SK333
              kind: Deployment
              containers: [api]
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              containers: [api]
              files: {/etc/db: db}
    """,
)
