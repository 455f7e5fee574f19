"""ConfigMaps: values, and what stands within them."""

from collections.abc import Iterator

from secretkit.scan import judging
from secretkit.scan.codes.sk803_config_map import CODE
from secretkit.scan.nodes import moved
from secretkit.scan.places import Place, login_file
from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import Seen, decoded


def find(thing: Thing, file: File) -> Iterator[Seen]:
    if thing.kind != "ConfigMap":
        return
    for section in ("data", "binaryData"):
        node = thing.node.get(section)
        if node is None:
            continue
        file.claim(node)
        for key, value in node.fields or ():
            inner = value
            if section == "binaryData":
                inner = value._replace(text=decoded(value.text or "") or "", indent=None)
            steps = (*thing.steps, section, key)
            if inner.text is not None and login_file.is_of_lines(key):
                for one in login_file.read(File(key, inner.text)):
                    yield one._replace(
                        code=CODE,
                        at=moved(one.at, inner),
                        steps=(*steps, *one.steps),
                        subject=thing.subject,
                    )
            elif inner.text is not None:
                yield from judging.of_scalar(file, CODE, steps, key, inner, thing.subject)
            else:  # a text that a template makes
                yield from judging.of_tree(file, CODE, inner, steps, thing.subject)


PLACE = Place(find=find)
