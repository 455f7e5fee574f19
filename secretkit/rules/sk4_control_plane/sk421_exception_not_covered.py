"""SK421: an exception takes something out of a wildcard."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.control_plane import Encryption, Kind
from secretkit.model.encryptable import unencryptable
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    encryption = app.encryption
    for number, text in enumerate(encryption.excepted if encryption else ()):
        if not encryption or unencryptable(text):
            continue
        wrong = _wrong(encryption, Kind.of(text))
        if wrong:
            yield RULE.at(encryption.at / "except" / number, kind=text, problem=wrong)


def _wrong(encryption: Encryption, kind: Kind) -> str | None:
    if kind in encryption.kinds:
        return "is what `resources` asks for"
    if not any(above in encryption.kinds for above in kind.above[1:]):
        return "is covered by no wildcard of `resources`"
    return None


RULE = Rule(
    code="SK421",
    title="the exception `{kind}` {problem}",
    why="an exception takes kinds out of a wildcard, and all others are not encrypted anyway",
    fix="name it in one of the two lists only, or write the wildcard that covers it, such as "
    '`"*.*"`',
    find=find,
    wrong="""
        spec:
          encryption:
            resources: [secrets]
            except:
              - events  # <- SK421
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
    """,
    right="""
        spec:
          encryption:
            resources: ["*.*"]
            except: [events, leases.coordination.k8s.io]
            provider: secretbox
            readUnencrypted: true
            keys:
              - {name: key-20261101-1, state: active}
    """,
)
