"""SK435: kinds of audit rules, once variables are replaced."""

import re
from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.control_plane import Kind
from secretkit.names import is_subdomain
from secretkit.rules import Rule

_RESOURCE = re.compile(r"(\*|[a-z][-a-z0-9]*)(/(\*|[a-z]+))?")


def find(app: App) -> Iterator[Finding]:
    for rule in app.audit:
        for number, kind in enumerate(rule.kinds):
            if not _is_kind(kind):
                yield RULE.at(rule.at / "resources" / number)


def _is_kind(kind: Kind) -> bool:
    known_group = not kind.group or is_subdomain(kind.group)
    return known_group and _RESOURCE.fullmatch(kind.resource) is not None


RULE = Rule(
    code="SK435",
    title="this is no kind that an audit rule can name",
    why="the API server does not start with a group that is no DNS subdomain, and nothing is ever of "
    "such a kind",
    fix="write it like `services`, `deployments/scale.apps` or `ingresses.networking.k8s.io`",
    find=find,
    wrong="""
        spec:
          audit:
            rules:
              - level: Request
                resources:
                  - "widgets.${app}_io"  # <- SK435
    """,
    right="""
        spec:
          audit:
            rules:
              - level: Request
                resources: ["widgets.${app}.example.com"]
    """,
)
