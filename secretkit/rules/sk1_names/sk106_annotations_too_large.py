"""SK106: the annotations of an object have room for 256 KiB."""

from collections.abc import Iterator, Mapping

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule

_MOST = 262_144


def find(app: App) -> Iterator[Finding]:
    own = _bytes(app.annotations)
    if own > _MOST:
        yield RULE.at((app.at / "metadata" / "annotations").key, size=own)
        return
    for secret in app.secrets.values():
        size = _bytes({**app.annotations, **secret.annotations})
        if size > _MOST:
            yield RULE.at((secret.at / "annotations").key, size=size)


def _bytes(annotations: Mapping[str, str]) -> int:
    return sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items())


RULE = Rule(
    code="SK106",
    title="the annotations take {size} bytes, and an object has room for 262144",
    why="the API server refuses it; `kubectl apply` adds a copy of the object, so that even less "
    "fits",
    fix="keep long texts elsewhere, and annotate where",
    source="Kubernetes, TotalAnnotationSizeLimitB",
    find=find,
    wrong=f"""
        db:
          from: vault
          keys: {{password: db#password}}
          annotations:  # <- SK106
            example.com/notes: "{"x" * _MOST}"
    """,
    right="""
        db:
          from: vault
          keys: {password: db#password}
          annotations: {example.com/notes: https://wiki.example.com/db}
    """,
)
