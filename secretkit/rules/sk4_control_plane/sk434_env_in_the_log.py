"""SK434: bodies of pods and workloads hold env as it was written."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.audit import WITH_ENV, reaches_floor
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for rule in app.audit:
        if rule.level == "Metadata":
            continue
        for number, kind in enumerate(rule.kinds):
            if any(kind.meets(other) for other in WITH_ENV) and not reaches_floor(rule, kind):
                yield RULE.at(rule.at / "resources" / number, kind=kind, level=rule.level)


RULE = Rule(
    code="SK434",
    severity="warning",
    title="at {level} the log holds every literal `env` value of `{kind}`",
    why="a password that stands in a pod template, by mistake or by a chart, would be copied to "
    "wherever the log goes",
    fix="stay at Metadata, or make sure by an admission policy that env values come from Secrets",
    find=find,
    wrong="""
        spec:
          audit:
            rules:
              - level: Request
                resources:
                  - deployments.apps  # <- SK434
                  - deployments/scale.apps
    """,
    right="""
        spec:
          audit:
            rules:
              - level: Request
                resources: [deployments/scale.apps]
    """,
)
