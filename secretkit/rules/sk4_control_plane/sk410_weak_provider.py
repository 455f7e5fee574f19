"""SK410: providers with a weakness."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule

_WEAK = {
    "aescbc": "what is stored is not authenticated, so it can be changed unseen, and a padding "
    "oracle can read it",
    "aesgcm": "a random nonce wears out: its key must be rotated before 200,000 writes",
}


def find(app: App) -> Iterator[Finding]:
    encryption = app.encryption if not app.target.is_managed else None  # SK460 says more
    going = encryption.move_from if encryption else None
    for block in encryption.blocks if encryption else ():
        if block.provider in _WEAK and block is not going:
            yield RULE.at(block.at / "provider", provider=block.provider, why=_WEAK[block.provider])


RULE = Rule(
    code="SK410",
    severity="warning",
    title="`{provider}` is not the provider to choose today",
    why="{why}",
    fix="use `kms` where there is a plugin, else `secretbox`; from one to the other through `moveTo`",
    source="Kubernetes: encrypting confidential data at rest",
    find=find,
    wrong="""
        spec:
          encryption:
            provider: aescbc  # <- SK410
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
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
