"""SK322: kinds that nothing restarts."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule

_WHY = {
    "Job": "a Job runs once and ends",
    "CronJob": "a CronJob reads its Secrets anew at each run",
    "Pod": "a Pod without a controller is not made again",
}


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            if not workload.is_restartable and entry.on_rotation != "none":
                yield RULE.at(
                    entry.at / "onRotation", word=entry.on_rotation, kind=workload.kind,
                    reason=_WHY[workload.kind],
                )  # fmt: skip


RULE = Rule(
    code="SK322",
    title="`onRotation: {word}` does nothing good for a {kind}",
    why="{reason}; Reloader would start a Job at the moment of the change",
    fix="leave `onRotation` out",
    source="Stakater Reloader: a matching CronJob is started, a matching Job is made again",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            backup:
              kind: CronJob
              files: {/etc/db: db}
              onRotation: restart  # <- SK322
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            backup:
              kind: CronJob
              files: {/etc/db: db}
    """,
)
