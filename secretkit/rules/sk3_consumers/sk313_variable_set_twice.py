"""SK313: two entries set one variable of one container."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for one, other in workload.meeting:
            first = {variable.name: variable for variable in app.variables(one)}
            second = {variable.name: variable for variable in app.variables(other)}
            for name in sorted(first.keys() & second.keys()):
                mine, theirs = second[name], first[name]
                if (mine.secret, mine.key) != (theirs.secret, theirs.key):
                    yield RULE.at(mine.at, also=[theirs.at], name=name, workload=workload.name)


RULE = Rule(
    code="SK313",
    title="`{name}` is set twice for one container of `{workload}`, from two places",
    why="a container has one variable of a name, so one of the two would be lost",
    fix="rename one of them, or name different `containers` in the two entries",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
            cache: {from: vault, keys: {password: "cache#password"}}
          workloads:
            api:
              kind: Deployment
              env:
                PASSWORD: db#password  # <- SK310
            cached:
              kind: Deployment
              name: api
              env:
                PASSWORD: cache#password  # <- SK313 # <- SK310
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
            cache: {from: vault, keys: {password: "cache#password"}}
          workloads:
            api:
              kind: Deployment
              files: {/etc/db: db, /etc/cache: cache}
    """,
)
