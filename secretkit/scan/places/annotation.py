"""Annotations: objects that `kubectl apply` copied, and values."""

from collections.abc import Iterator

from secretkit.scan import judging
from secretkit.scan.codes.sk802_placeholder import CODE as PLACEHOLDER
from secretkit.scan.codes.sk806_annotation import CODE
from secretkit.scan.nodes import Node, below
from secretkit.scan.places import Place
from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import Seen

_METADATA = 12  # no object has its pod's metadata deeper


def find(thing: Thing, file: File) -> Iterator[Seen]:
    if not thing.kind:
        return
    pending: list[tuple[tuple[str, ...], Node]] = [(thing.steps, thing.node)]
    known: set[int] = set()
    while pending:
        steps, node = pending.pop()
        if node.fields is None or id(node) in known or len(steps) > len(thing.steps) + _METADATA:
            continue
        known.add(id(node))
        found = node.get("metadata", "annotations")
        if found is not None:
            file.claim(found)
            for where, value in below(found, (*steps, "annotations")):
                prefix, _, name = where[-1].rpartition("/")
                key = f"digest {name}" if "checksum" in prefix else name
                if value.text is not None:
                    for one in judging.of_scalar(file, CODE, where, key, value, thing.subject):
                        if one.code is not PLACEHOLDER:
                            yield one._replace(code=CODE, subject=thing.subject)
        pending += below(node, steps)


PLACE = Place(find=find)
