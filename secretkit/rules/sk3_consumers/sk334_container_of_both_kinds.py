"""SK334: a container is of one kind."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        first: dict[str, Place] = {}
        for entry in workload.entries:
            for number, name in enumerate(entry.containers or ()):
                first.setdefault(name, entry.at / "containers" / number)
        for entry in workload.entries:
            for number, name in enumerate(entry.init_containers):
                if name in first:
                    at = entry.at / "initContainers" / number
                    yield RULE.at(at, also=[first[name]], name=name, workload=workload.name)


RULE = Rule(
    code="SK334",
    title="`{name}` is named as a container and as an init container of `{workload}`",
    why="the names of a pod's containers and init containers are all different, so one of the two "
    "does not exist",
    fix="keep the name where the workload has it",
    source="Kubernetes: names of containers are unique in a pod",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              containers: [api]
              initContainers: [api]  # <- SK334
              files: {/etc/db: db}
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              containers: [api]
              initContainers: [migrate]
              files: {/etc/db: db}
    """,
)
