"""SK431: an audit rule that no request can reach."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.audit import asks, has_no_namespace, reaches_floor, shared_cover
from secretkit.model.control_plane import AuditRule, Kind
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for rule in app.audit:
        for number, kind in enumerate(rule.kinds):
            reason = _reason(rule, kind, app.namespace)
            if reason and not reaches_floor(rule, kind):
                place = rule.at / "resources" / number
                yield RULE.at(place, kind=kind, reason=reason)


def _reason(rule: AuditRule, kind: Kind, namespace: str) -> str | None:
    """Why a rule does nothing for a kind, if it does nothing."""
    if kind.is_void:
        return "`*/*` matches nothing, `*` is every resource and subresource"
    if namespace and has_no_namespace(kind):  # a platform's rules speak of all requests
        return "the kind has no namespace, and an app's rules speak of its own"
    parts = tuple(asks(rule._replace(resources=(str(kind),)), namespace))
    if not any(part.verbs for part in parts):
        return "requests with these verbs carry no name"
    answers = [shared_cover(part) for part in parts]
    slots = dict.fromkeys(slot for found in answers for slot in found or ())
    if None in answers:
        return None
    return f"{' and '.join(slot.about for slot in slots)} comes first"


RULE = Rule(
    code="SK431",
    severity="warning",
    title="nothing reaches the audit rule for `{kind}`",
    why="{reason}",
    fix="drop it",
    source="control plane: the first rule that matches a request decides",
    find=find,
    wrong="""
        spec:
          audit:
            rules:
              - level: Request
                resources:
                  - services
                  - pods/exec  # <- SK431
    """,
    right="""
        spec:
          audit:
            rules:
              - level: Request
                resources: [services]
    """,
)
