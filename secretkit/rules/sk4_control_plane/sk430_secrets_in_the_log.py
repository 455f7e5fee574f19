"""SK430: no app asks for the bodies of secrets in the audit log."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.audit import FLOOR, reaches_floor
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for rule in app.audit:
        for number, kind in enumerate(rule.kinds):
            if reaches_floor(rule, kind):
                met = " and ".join(f"`{other}`" for other in FLOOR.kinds if kind.meets(other))
                yield RULE.at(rule.at / "resources" / number, level=rule.level, met=met)


RULE = Rule(
    code="SK430",
    title="the bodies of {met} would be logged at {level}",
    why="they hold secrets, tokens or settings, and whoever reads the log would read them; Metadata "
    "says who did what already",
    fix="drop it, or in place of a wildcard name the kinds that you need",
    source="CIS Kubernetes Benchmark 3.2.2",
    find=find,
    wrong="""
        spec:
          audit:
            rules:
              - level: Request
                resources:
                  - services
                  - secrets  # <- SK430
    """,
    right="""
        spec:
          audit:
            rules:
              - level: Request
                resources: [services, ingresses.networking.k8s.io]
    """,
)
