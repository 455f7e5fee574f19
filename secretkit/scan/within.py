"""Objects within other objects, lists and values of charts, and patches that make values of Secrets."""

from collections.abc import Iterator

from secretkit import looks
from secretkit.scan.codes.sk801_secret_object import CODE as SECRET
from secretkit.scan.codes.sk802_placeholder import CODE as PLACEHOLDER
from secretkit.scan.codes.sk813_field import CODE as FIELD
from secretkit.scan.nodes import Node, below
from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import SAFE, Seen, Verdict, decoded, of_a_field, of_a_secret, seen

_KINDS = ("Secret", "SealedSecret")
_WRITING = ("add", "replace", "test")


def objects(thing: Thing, file: File) -> Iterator[Thing]:
    """The Secrets below the root, wherever a template, a policy or a chart's values have them."""
    if "Secret" not in file.text:
        return
    pending: list[tuple[tuple[str, ...], Node]] = list(below(thing.node, thing.steps))
    known: set[int] = set()
    while pending:
        steps, node = pending.pop()
        if node.text is not None or id(node) in known:
            continue
        known.add(id(node))
        kind = node.word("kind")
        if kind in _KINDS and _has_content(node):
            name = node.word("metadata", "name")
            subject = f"the {kind} `{name}`" if name else f"a {kind} in {thing.subject}"
            yield Thing(node, kind, name, (*steps, kind), subject)
        pending += below(node, steps)


def _has_content(node: Node) -> bool:
    return any(node.get(*path) for path in (("data",), ("stringData",), ("spec", "encryptedData")))


def of_patches(
    file: File, docs: tuple[Node, ...], steps: tuple[str, ...], subject: str, kind: str = ""
) -> Iterator[Seen]:
    """What JSON patches (RFC 6902) put into a Secret; `kind` is that of their target, where known."""
    for doc in docs:
        for at, one in enumerate(doc.items):
            path, value = one.word("path"), one.get("value")
            if one.word("op") not in _WRITING or value is None:
                continue
            section, _, key = path.strip("/").partition("/")
            if section not in ("data", "stringData") or (kind and kind != "Secret"):
                continue
            pairs = [(key, value)] if key else list(value.fields or ())
            for name, leaf in pairs:
                if leaf.text is not None:
                    is_secret = kind == "Secret" or section == "stringData"
                    where = (*steps, f"[{at}]", section, name)
                    yield from _of_patch(where, leaf, subject, is_secret, section == "data")
            file.claim(value)


def _of_patch(
    steps: tuple[str, ...], leaf: Node, subject: str, is_secret: bool, is_encoded: bool
) -> Iterator[Seen]:
    text, key = leaf.text or "", steps[-1]
    inner = decoded(text) if is_encoded and len(text) >= 8 else None
    is_text = inner is not None and inner.isprintable() and inner.isascii()
    if inner is not None and is_text:
        text = inner
    if is_secret:
        verdict = of_a_secret(key, text)
    elif is_text:  # nothing but a Secret has base64 there
        verdict = of_a_field(key, text)
        if verdict is SAFE and not looks.is_placeholder(text):
            verdict = Verdict("likely", "base64, as a Secret's `data` is")
    else:
        verdict = of_a_field(key, text)
    if verdict is not SAFE:
        code = PLACEHOLDER if verdict.sureness == "placeholder" else SECRET if is_secret else FIELD
        yield seen(code, steps, leaf, verdict, subject=subject, value=text)
