"""SK301: access and workloads name secrets of this file."""

from collections.abc import Iterator

from secretkit.finding import Finding, closest
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for name, place in _uses(app):
        if name not in app.secrets:
            found = RULE.at(place, name=name, near=closest(name, app.secrets))
            yield found._replace(fix=_ALL) if name == "*" else found


def _uses(app: App) -> Iterator[tuple[str, Place]]:
    for access in app.access:
        if not access.every:
            for number, name in enumerate(access.secrets):
                yield name, access.at / "secrets" / number
    for workload in app.workloads:
        for entry in workload.entries:
            yield from entry.uses


_ALL = (
    'name the secrets one by one; `secrets: "*"` of `access`, no list, stands for all of this file'
)

RULE = Rule(
    code="SK301",
    title="there is no secret `{name}` in this file{near}",
    why="pods would wait for a Secret that nobody makes, and a Role would name nothing",
    fix="use a key of `spec.secrets`; a Secret that others make is declared there as "
    "`{name}: {{existing: true}}`",
    source="Kubernetes: pods wait until every Secret they use exists",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          access:
            reader: {serviceAccount: shop, secrets: [dbs]}  # <- SK301
          workloads:
            api:
              kind: Deployment
              files: {/etc/db: database}  # <- SK301
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
            made-by-others: {existing: true}
          access:
            reader: {serviceAccount: shop, secrets: [db]}
          workloads:
            api:
              kind: Deployment
              files: {/etc/db: db, /etc/others: made-by-others}
    """,
)
