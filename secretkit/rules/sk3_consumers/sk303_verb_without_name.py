"""SK303: verbs whose requests carry no name."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule

_NAMELESS = ("create", "deletecollection")


def find(app: App) -> Iterator[Finding]:
    for access in app.access:
        for number, verb in enumerate(access.verbs):
            if verb in _NAMELESS:
                yield RULE.at(access.at / "verbs" / number, verb=verb)


RULE = Rule(
    code="SK303",
    title="`{verb}` never matches in a Role that is limited by name",
    why="the request carries no name of a Secret, so the API server refuses it whatever the Role says",
    fix="leave `{verb}` out; who must make or sweep Secrets needs a Role of its own, which holds for "
    "the whole namespace",
    source="Kubernetes RBAC: referring to resources",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {existing: true}
          access:
            writer:
              serviceAccount: shop
              secrets: [db]
              verbs:
                - update
                - create  # <- SK303
    """,
    right="""
        spec:
          secrets:
            db: {existing: true}
          access:
            writer: {serviceAccount: shop, secrets: [db], verbs: [get, update, patch]}
    """,
)
