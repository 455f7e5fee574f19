"""SK408: what the API server refuses to encrypt, or would never find."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.encryptable import unencryptable
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    encryption = app.encryption
    if not encryption:
        return
    for field, texts in (("resources", encryption.resources), ("except", encryption.excepted)):
        for number, text in enumerate(texts):
            wrong = unencryptable(text)
            if wrong:
                place = encryption.at / field / number
                yield RULE.at(place, resource=text, problem=wrong.problem, mend=wrong.mend)


RULE = Rule(
    code="SK408",
    title="`{resource}` cannot be encrypted: {problem}",
    why="the API server does not start with it, or matches nothing by it",
    fix="{mend}",
    source="control plane: rules of the EncryptionConfiguration",
    find=find,
    wrong="""
        spec:
          encryption:
            resources:
              - secrets
              - events.events.k8s.io  # <- SK408
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
    """,
    right="""
        spec:
          encryption:
            resources: [secrets, configmaps, widgets.example.com]
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
    """,
)
