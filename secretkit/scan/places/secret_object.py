"""Secrets: each value of `data` and `stringData`, whatever it looks like."""

from collections.abc import Iterator

from secretkit import looks
from secretkit.scan.codes.sk801_secret_object import CODE
from secretkit.scan.codes.sk802_placeholder import CODE as PLACEHOLDER
from secretkit.scan.nodes import Node
from secretkit.scan.places import Place
from secretkit.scan.reading import File, Thing, literal_of
from secretkit.scan.seen import SAFE, Seen, Verdict, decoded, of_a_secret, seen


def find(thing: Thing, file: File) -> Iterator[Seen]:
    if thing.kind != "Secret" or thing.api not in ("v1", ""):
        return
    if thing.node.get("data", "data") or thing.node.get("data", "stringData"):
        return  # a policy's, whose `data` is the object
    for section in ("data", "stringData"):
        node = thing.node.get(section)
        if node is None:
            continue
        file.claim(node)
        for key, value in node.fields or ():
            if value.text is not None:
                yield of_value(thing, section, key, value, file)


def of_value(thing: Thing, section: str, key: str, node: Node, file: File) -> Seen:
    """What one value is; base64 is opened, as the cluster does."""
    text = node.text or ""
    held = literal_of(file.written(node)) if "{{…}}" in text else None
    default = held[0] if held and held[1] else None
    if held and default is None:
        text = held[0]
    elif section == "data" and not (looks.is_filled_in(text) or looks.is_placeholder(text)):
        inner = decoded(text)
        text = text if inner is None else inner
    is_null = node.plain and node.text in ("null", "~")
    verdict = Verdict("safe") if is_null else of_a_secret(key, text)
    if default is not None and verdict is SAFE:
        text, verdict = default, of_a_secret(key, default)
        if verdict.sureness in ("sure", "likely"):
            verdict = Verdict("likely", "the default of a template")
    code = PLACEHOLDER if verdict.sureness == "placeholder" else CODE
    return seen(
        code, (*thing.steps, section, key), node, verdict, subject=thing.subject, value=text
    )


PLACE = Place(find=find)
