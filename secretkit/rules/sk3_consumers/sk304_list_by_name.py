"""SK304: list and watch of named Secrets."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for access in app.access:
        for number, verb in enumerate(access.verbs):
            if verb in ("list", "watch"):
                yield RULE.at(access.at / "verbs" / number, verb=verb)


RULE = Rule(
    code="SK304",
    severity="warning",
    title="`{verb}` works here only for a client that selects one Secret by its name",
    why="without the field selector `metadata.name=NAME` the request is refused, and with it the "
    "answer holds the values, as `get` does",
    fix="use `get`; keep `{verb}` only for a client that is known to send the selector",
    source="Kubernetes RBAC: referring to resources",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {existing: true}
          access:
            reader:
              serviceAccount: shop
              secrets: [db]
              verbs: [get, watch]  # <- SK304
    """,
    right="""
        spec:
          secrets:
            db: {existing: true}
          access:
            reader: {serviceAccount: shop, secrets: [db]}
    """,
)
