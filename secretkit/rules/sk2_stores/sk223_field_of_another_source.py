"""SK223: a field says something for the source that the secret has."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Existing, Plain, Sealed, Secret
from secretkit.rules import Rule

_NEVER = {
    "sealed": ("refresh", "creationPolicy", "deletionPolicy", "keep"),
    "values": ("refresh", "creationPolicy", "deletionPolicy", "sealedFor"),
    "existing": (
        "refresh", "creationPolicy", "deletionPolicy", "sealedFor", "labels", "annotations",
        "immutable",
    ),
    "from": ("sealedFor",),
    "generate": ("sealedFor",),
}  # fmt: skip
_TAKES = {
    "sealed": "`sealedFor`, `type`, `labels`, `annotations`, `immutable`, `template` and `push`",
    "values": "`type`, `labels`, `annotations`, `immutable` and `push`",
    "existing": "`type`, `expect` and `push`: others make the Secret",
    "from": "all but `sealedFor`",
    "generate": "all but `sealedFor`",
}


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        source = _source(secret)
        for field in _NEVER[source]:
            # A PushSecret repeats at the secret's own `refresh`.
            if field in secret.said and not (field == "refresh" and secret.push):
                place = (secret.at / field).key
                yield RULE.at(place, field=field, source=source, takes=_TAKES[source])


def _source(secret: Secret) -> str:
    match secret.origin:
        case Sealed():
            return "sealed"
        case Plain():
            return "values"
        case Existing():
            return "existing"
    return "generate" if "generate" in secret.said else "from"


RULE = Rule(
    code="SK223",
    title="`{field}` says nothing for a secret from `{source}`",
    why="nothing that is emitted for this source has room for it, so it would do nothing",
    fix="drop it; `{source}` takes {takes}",
    find=find,
    wrong="""
        tls:
          existing: true
          type: kubernetes.io/tls
          labels:  # <- SK223
            team: core
        settings:
          values: {mode: {literal: production}}
          refresh: 1h  # <- SK223
    """,
    right="""
        tls:
          existing: true
          type: kubernetes.io/tls
        settings:
          values: {mode: {literal: production}}
    """,
)
