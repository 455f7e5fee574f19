"""SK403: keys are for local providers, `kms` for a plugin."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for block in app.encryption.blocks if app.encryption else ():
        if block.is_kms and block.keys:
            yield RULE.at((block.at / "keys").key, field="keys", provider="kms",
                          why="a KMS keeps its keys to itself")  # fmt: skip
        elif not block.is_kms and block.kms:
            yield RULE.at((block.at / "kms").key, field="kms", provider=block.provider,
                          why="a local provider has keys of its own")  # fmt: skip


RULE = Rule(
    code="SK403",
    title="`{field}` stands beside `provider: {provider}`",
    why="{why}, so it would do nothing",
    fix="drop `{field}`, or name the other provider; a change from one to the other goes through "
    "`moveTo` and `moveFrom`",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: true
            kms: {name: aws-kms, endpoint: "unix:///run/kms.sock"}
            keys:  # <- SK403
              - {name: key-20261101-1, state: active}
    """,
    right="""
        spec:
          encryption:
            provider: kms
            readUnencrypted: true
            kms: {name: aws-kms, endpoint: "unix:///run/kms.sock"}
    """,
)
