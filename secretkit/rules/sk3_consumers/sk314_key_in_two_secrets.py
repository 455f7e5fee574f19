"""SK314: two Secrets of one `envFrom` have a key in common."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.workload import Variable
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            said = {variable.name for variable in entry.variables}
            spread: dict[str, Variable] = {}
            for variable in app.variables(entry)[: -len(entry.variables) or None]:
                first = spread.setdefault(variable.name, variable)
                if variable.name not in said and first.secret != variable.secret:
                    yield RULE.at(
                        variable.at, also=[first.at], name=variable.name, first=first.secret,
                        last=variable.secret,
                    )  # fmt: skip


RULE = Rule(
    code="SK314",
    severity="warning",
    title="`{name}` comes from `{first}` and from `{last}`, and the last one wins",
    why="the value of `{first}` reaches no container, and nothing says so",
    fix="give one of them a `prefix`, or say which is meant under `env`",
    source="Kubernetes: of equal names in envFrom the last wins",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {PASSWORD: "db#password"}}
            cache: {from: vault, keys: {PASSWORD: "cache#password"}}
          workloads:
            api:
              kind: Deployment
              envFrom:
                - db  # <- SK310
                - cache  # <- SK314
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {PASSWORD: "db#password"}}
            cache: {from: vault, keys: {PASSWORD: "cache#password"}}
          workloads:
            api:
              kind: Deployment
              files: {/etc/db: db, /etc/cache: cache}
    """,
)
