"""SK337: a workload has a name that its kind can have."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.text import has

# A Job's name becomes a label of its pods; a CronJob adds 11 characters to make a Job's.
_MOST = {"CronJob": 52, "Job": 63}


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        most = _MOST.get(workload.kind)
        if most and len(workload.name) > most:
            at = workload.at
            named = has(at.tree.value, (*at.path, "name"))
            yield RULE.at(
                at / "name" if named else at.key, kind=workload.kind, most=most,
                length=len(workload.name),
            )  # fmt: skip


RULE = Rule(
    code="SK337",
    title="the name of a {kind} has at most {most} characters, and this one has {length}",
    why="the API server refuses such a {kind}, so there is none that the Secrets could reach",
    fix="give the name that it has in the cluster",
    source="Kubernetes, ValidateCronJobCreate and the label job-name",
    find=find,
    wrong=f"""
        spec:
          secrets:
            db: {{existing: true}}
          workloads:
            nightly:
              kind: CronJob
              name: {"n" * 53}  # <- SK337
              containers: [job]
              files: {{/etc/db: db}}
    """,
    right=f"""
        spec:
          secrets:
            db: {{existing: true}}
          workloads:
            nightly:
              kind: CronJob
              name: {"n" * 52}
              containers: [job]
              files: {{/etc/db: db}}
    """,
)
