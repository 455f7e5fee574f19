"""Private keys and keystores, by what they hold or by their names."""

from collections.abc import Iterator

from secretkit.lazy import lazily
from secretkit.scan.codes.sk812_key_file import CODE
from secretkit.scan.nodes import Node, Stretch
from secretkit.scan.places import Place
from secretkit.scan.reading import File
from secretkit.scan.seen import Seen, Verdict, seen

_NAMES = lazily(
    r"(?is).*\.(?:pem|key|crt|cer|p8|pk8|ppk|asc|gpg)|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|.*_rsa"
)
_STORES = lazily(r"(?is).*\.(?:p12|pfx|jks|keystore|bcfks|kdbx|ppk)")
_BODY = lazily(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----\s*[A-Za-z0-9+/=:,\- \n]{40}|PuTTY-User-Key-File"
)


def read(file: File) -> Iterator[Seen]:
    if not _NAMES.fullmatch(file.base):
        return
    for number, found in enumerate(_BODY.finditer(file.text)):
        line = file.text.count("\n", 0, found.start()) + 1
        last = file.text.find("-----END", found.end())
        end = line + file.text.count("\n", found.start(), last) if last > 0 else line
        at = Stretch(line, 1, end, 10_000)
        yield seen(
            CODE,
            (str(number),),
            Node(at, found[0]),
            Verdict("sure", "a private key"),
            subject=f"`{file.base}`",
        )


def is_keystore(base: str) -> bool:
    """Whether a file's name says that it is a keystore, which no text can show."""
    return _STORES.fullmatch(base) is not None


def of_a_keystore(file: File) -> Seen:
    node = Node(Stretch(1, 1, 1, 1), "")
    return seen(CODE, (), node, Verdict("sure", "a keystore"), subject=f"`{file.base}`")


PLACE = Place(read=read)
