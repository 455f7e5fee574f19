"""SK214: who owns a Secret decides what else can be asked of it."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Secret
from secretkit.rules import Rule
from secretkit.text import Place

_SHARED = ("Merge", "CreateOrMerge")


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if secret.is_operators:
            for place, what, why in _problems(secret):
                yield RULE.at(place, policy=secret.creation_policy, what=what, why=why)


def _problems(secret: Secret) -> Iterator[tuple[Place, str, str]]:
    creation, deletion = secret.creation_policy, secret.deletion_policy
    at = secret.at / "deletionPolicy"
    if deletion == "Delete" and creation in (*_SHARED, "None"):
        yield at, "`deletionPolicy: Delete`", "the operator deletes only what it owns"
    if deletion == "Merge" and creation == "None":
        yield at, "`deletionPolicy: Merge`", "there is no Secret to take keys out of"
    if secret.immutable and creation in (*_SHARED, "None"):
        why = "the Secret is somebody else's, and an immutable one takes no more keys"
        yield (secret.at / "immutable").key, "`immutable`", why
    if secret.push and creation == "None":
        why = "no Secret is made that could be pushed"
        yield (secret.at / "push").key, "`push`", why


RULE = Rule(
    code="SK214",
    title="`creationPolicy: {policy}` does not go with {what}",
    why="{why}",
    fix="drop one of the two; `Owner`, the default, takes all",
    source="External Secrets Operator, validating webhook of ExternalSecrets",
    find=find,
    wrong="""
        db:
          from: vault
          keys: {password: db#password}
          creationPolicy: Merge
          deletionPolicy: Delete  # <- SK214
    """,
    right="""
        db:
          from: vault
          keys: {password: db#password}
          creationPolicy: Merge
    """,
)
