"""JSON patches: in a file of their own, and in kustomizations beside the kind of their target."""

from collections.abc import Iterator

from secretkit.scan import judging, within
from secretkit.scan.codes.sk813_field import CODE as FIELD
from secretkit.scan.nodes import Node, Unreadable, below, documents
from secretkit.scan.places import Place
from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import Seen


def find(thing: Thing, file: File) -> Iterator[Seen]:
    if "op" not in file.text or ("/data" not in file.text and "/stringData" not in file.text):
        return
    if not thing.kind:
        yield from within.of_patches(file, (thing.node,), thing.steps, thing.subject)
    pending: list[tuple[tuple[str, ...], Node]] = [(thing.steps, thing.node)]
    known: set[int] = set()
    while pending:
        steps, node = pending.pop()
        if node.text is not None or id(node) in known:
            continue
        known.add(id(node))
        kind, patch = node.word("target", "kind"), node.get("patch")
        if kind and patch is not None:
            where = (*steps, "patch")
            inner: tuple[Node, ...] = (patch,)
            if patch.text is not None:
                try:
                    inner = documents(patch.text, patch)
                except Unreadable:
                    continue
            if any(one.word("op") for doc in inner for one in doc.items):
                yield from within.of_patches(file, inner, where, thing.subject, kind)
                for doc in inner:
                    yield from judging.of_tree(file, FIELD, doc, where, thing.subject)
                file.claim(patch)
        pending += below(node, steps)


PLACE = Place(find=find)
