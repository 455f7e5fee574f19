"""SK402: a provider has what it encrypts with."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for block in app.encryption.blocks if app.encryption else ():
        if block.is_kms and not block.kms:
            yield RULE.at(block.at / "provider", provider="kms", field="kms",
                          example="kms: {name: aws-kms, endpoint: \"unix:///run/kms.sock\"}")  # fmt: skip
        elif not block.is_kms and not block.keys:
            yield RULE.at(block.at / "provider", provider=block.provider, field="keys",
                          example="keys: [{name: key-20261101-1, state: active}]")  # fmt: skip


RULE = Rule(
    code="SK402",
    title="`provider: {provider}` has no `{field}`",
    why="the API server does not start with a provider that has nothing to encrypt with",
    fix="add it, for example `{example}`",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: secretbox  # <- SK402
            readUnencrypted: true
    """,
    right="""
        spec:
          encryption:
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
    """,
)
