"""Keys of the encryption at rest."""

from collections.abc import Iterator

from secretkit.scan.codes.sk810_encryption_key import CODE
from secretkit.scan.nodes import leaves
from secretkit.scan.places import Place
from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import Seen, of_a_secret, seen


def find(thing: Thing, file: File) -> Iterator[Seen]:
    if thing.kind not in ("EncryptionConfiguration", "EncryptionConfig"):
        return
    file.claim(thing.node)
    for where, leaf in leaves(thing.node, thing.steps):
        if where[-1] == "secret":
            verdict = of_a_secret("secret", leaf.text or "")
            if verdict.sureness in ("sure", "likely"):
                name = (*where[:-1], "secret")
                yield seen(CODE, name, leaf, verdict, subject=thing.subject)


PLACE = Place(find=find)
