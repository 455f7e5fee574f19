"""SK409: no resource is listed twice, by name or by a wildcard."""

from collections.abc import Iterator, Sequence

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.control_plane import Kind
from secretkit.rules import Rule
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    if app.encryption:
        yield from _in(app.encryption.at / "resources", app.encryption.resources)
        yield from _in(app.encryption.at / "except", app.encryption.excepted)


def _in(place: Place, texts: Sequence[str]) -> Iterator[Finding]:
    for number, text in enumerate(texts):
        for earlier, other in enumerate(texts[:number]):
            if Kind.of(text).overlaps(Kind.of(other)):
                also = [place / earlier]
                yield RULE.at(place / number, also=also, resource=text, other=other)
                break


RULE = Rule(
    code="SK409",
    title="`{resource}` is covered by `{other}` already",
    why="the API server does not start with a list that names a resource twice",
    fix="keep one of them",
    source="control plane: overlapping resources",
    find=find,
    wrong="""
        spec:
          encryption:
            resources:
              - secrets
              - "*."  # <- SK409
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
    """,
    right="""
        spec:
          encryption:
            resources: ["*.", deployments.apps]
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
    """,
)
