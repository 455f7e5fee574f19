"""SK409: no resource is listed twice, by name or by a wildcard."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.control_plane import Kind
from secretkit.rules import Rule

_EVERYTHING = Kind("*", "*")


def find(app: App) -> Iterator[Finding]:
    encryption = app.encryption
    for number, kind in enumerate(encryption.kinds if encryption else ()):
        for earlier, other in enumerate(encryption.kinds[:number] if encryption else ()):
            if encryption and _meet(kind, other):
                place = encryption.at / "resources"
                yield RULE.at(
                    place / number, also=[place / earlier],
                    resource=encryption.resources[number], other=encryption.resources[earlier],
                )  # fmt: skip
                break


def _meet(kind: Kind, other: Kind) -> bool:
    if _EVERYTHING in (kind, other):
        return True
    return kind.group == other.group and (
        "*" in (kind.resource, other.resource) or kind.resource == other.resource
    )


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
