"""SK432: verbs that come in pairs."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule

_PAIRS = (("update", "patch"), ("delete", "deletecollection"))


def find(app: App) -> Iterator[Finding]:
    for rule in app.audit:
        lacking = [
            (have, lack) for have, lack in _PAIRS
            if have in rule.verbs and lack not in rule.verbs and not (rule.names and lack == "deletecollection")
        ]  # fmt: skip
        if lacking:
            yield RULE.at(
                (rule.at / "verbs").key,
                have=" and ".join(f"`{have}`" for have, _ in lacking),
                lack=" and ".join(f"`{lack}`" for _, lack in lacking),
            )


RULE = Rule(
    code="SK432",
    severity="warning",
    title="the audit rule has {have}, but not {lack}",
    why="`kubectl apply` and `edit` send `patch`, and deleting many at once is `deletecollection`: "
    "these would be logged in less detail",
    fix="add {lack}, or drop `verbs`, which means all",
    find=find,
    wrong="""
        spec:
          audit:
            rules:
              - level: Request
                resources: [services]
                verbs: [create, update]  # <- SK432
    """,
    right="""
        spec:
          audit:
            rules:
              - level: Request
                resources: [services]
                verbs: [create, update, patch]
    """,
)
