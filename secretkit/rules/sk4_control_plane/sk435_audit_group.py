"""SK435: a kind of an audit rule stands in the API group that has it."""

from collections.abc import Iterator

from secretkit.finding import Finding, closest
from secretkit.model.app import App
from secretkit.model.audit import CORE, GROUPS
from secretkit.model.control_plane import Kind
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for rule in app.audit:
        for number, kind in enumerate(rule.kinds):
            mend = _mend(kind)
            if mend:
                group = f"the API group `{kind.group}`" if kind.group else "the core API group"
                yield RULE.at(rule.at / "resources" / number, kind=kind, group=group, mend=mend)


def _mend(kind: Kind) -> str | None:
    """What to do about a kind that its group, one of Kubernetes' own, does not have."""
    name, slash, part = kind.resource.partition("/")
    if name == "*" or kind.is_void:
        return None
    homes = [group for group, names in GROUPS.items() if name in names]
    if kind.group in homes or kind.group not in GROUPS:
        return None  # a group that is not Kubernetes' own may have any kind
    if homes:
        known = (f"`{Kind(group, f'{name}{slash}{part}')}`" for group in homes)
        return f"write {' or '.join(known)}"
    if kind.group:
        return None  # releases add kinds to their groups
    return f"name its group, as in `widgets.example.com`{closest(name, CORE)}"


RULE = Rule(
    code="SK435",
    severity="warning",
    title="there is no `{kind}` in {group}",
    why="the API server takes the rule and never meets a request for it, so nothing is logged as asked",
    fix="{mend}",
    source="Kubernetes: API groups and their resources",
    find=find,
    wrong="""
        spec:
          audit:
            rules:
              - level: Request
                resources:
                  - ingresses  # <- SK435
    """,
    right="""
        spec:
          audit:
            rules:
              - level: Request
                resources:
                  - ingresses.networking.k8s.io
    """,
)
