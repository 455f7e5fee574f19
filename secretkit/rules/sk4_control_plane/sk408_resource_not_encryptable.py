"""SK408: what the API server refuses to encrypt, or would never find."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.lazy import lazily
from secretkit.model.app import App
from secretkit.model.control_plane import Kind
from secretkit.names import is_subdomain
from secretkit.rules import Rule

_PLURAL = lazily(r"[a-z][-a-z0-9]*")
_NO_REST = ("apiserveripinfo", "serviceipallocations", "servicenodeportallocations")
_GONE = {
    "events.k8s.io": ("its events are stored in the core group", "write `events`"),
    "extensions": ("the group is gone", "name the group that took its place"),
}


def find(app: App) -> Iterator[Finding]:
    encryption = app.encryption
    for number, resource in enumerate(encryption.resources if encryption else ()):
        wrong = _wrong(resource)
        if wrong and encryption:
            place = encryption.at / "resources" / number
            yield RULE.at(place, resource=resource, problem=wrong[0], mend=wrong[1])


def _wrong(text: str) -> tuple[str, str] | None:
    """What is wrong with a resource, and how to mend it."""
    kind = Kind.of(text)
    if text != text.lower():
        return "a resource has no capital letters", f"write `{text.lower()}`, in the plural"
    if text == "*":
        return "a lone `*` is refused", 'write `"*."` for the core group, `"*.*"` for everything'
    if kind.group == "*" and kind.resource != "*":
        return "one resource across all groups is refused", "name its group"
    if kind.group in _GONE:
        return _GONE[kind.group]
    if kind.resource in _NO_REST and not kind.group:
        return "it has no REST API", "drop it"
    if "/" in text:
        return "a subresource is stored with its resource", "name the resource alone"
    known_group = kind.group in ("", "*") or is_subdomain(kind.group)
    if not known_group or not (kind.resource == "*" or _PLURAL.fullmatch(kind.resource)):
        return "it is no `resource` or `resource.group`", "write it like `secrets`"
    return None


RULE = Rule(
    code="SK408",
    title="`{resource}` cannot be encrypted: {problem}",
    why="the API server does not start with it, or matches nothing by it",
    fix="{mend}",
    source="control plane: rules of the EncryptionConfiguration",
    find=find,
    wrong="""
        spec:
          encryption:
            resources:
              - secrets
              - events.events.k8s.io  # <- SK408
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
    """,
    right="""
        spec:
          encryption:
            resources: [secrets, configmaps, widgets.example.com]
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
    """,
)
