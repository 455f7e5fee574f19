"""SK212: what ends by itself is made again."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Generated
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        origin = secret.origin
        if not isinstance(origin, Generated) or not secret.makes_tokens:
            continue
        if secret.refresh.policy != "Periodic" or not secret.refresh.interval:
            place = secret.refresh.at if "refresh" in secret.said else origin.at.key
            yield RULE.at(place, kind=origin.kind)


RULE = Rule(
    code="SK212",
    title="the generator {kind} runs once, but what it makes ends by itself",
    why="without `refresh` a generator runs once, which is right for a password; a token is then "
    "dead before long",
    fix="add a `refresh` well below the life of the token",
    source="External Secrets Operator, generators",
    find=find,
    wrong="""
        registry:
          generate:  # <- SK212
            ECRAuthorizationToken: {region: us-east-1}
    """,
    right="""
        registry:
          generate:
            ECRAuthorizationToken: {region: us-east-1}
          refresh: 6h
    """,
)
