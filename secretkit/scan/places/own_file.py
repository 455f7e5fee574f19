"""Our own files: literals, and what stands where ciphertext should."""

from collections.abc import Iterator

from secretkit.looks import is_filled_in, is_placeholder, sealed_problem
from secretkit.scan import judging
from secretkit.scan.codes.sk813_field import CODE as FIELD
from secretkit.scan.codes.sk816_literal import CODE as LITERAL
from secretkit.scan.codes.sk817_no_ciphertext import CODE as CIPHERTEXT
from secretkit.scan.nodes import leaves
from secretkit.scan.places import Place
from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import SAFE, Seen, Verdict, of_a_field, seen

_HOLDING = {"template", "headers", "variables"}  # fields with texts of the user's own


def find(thing: Thing, file: File) -> Iterator[Seen]:
    if thing.kind not in ("AppSecrets", "Platform") or not thing.api.startswith("secretkit"):
        return
    for where, leaf in leaves(thing.node, thing.steps):
        text = leaf.text or ""
        secret = where[-3] if len(where) > 3 else ""
        if where[-1] == "literal":
            verdict = of_a_field(where[-2], text)
            if verdict is not SAFE:
                yield seen(LITERAL, where[:-1], leaf, verdict, subject=f"the secret `{where[-4]}`")
        elif len(where) > 2 and where[-2] == "sealed":
            problem = None if is_filled_in(text) or is_placeholder(text) else sealed_problem(text)
            cut = text.startswith("Ag") and text.endswith("...")
            verdict = Verdict("likely" if cut else "sure", problem) if problem else SAFE
            yield seen(CIPHERTEXT, where, leaf, verdict, subject=f"the secret `{secret}`")
        elif _HOLDING & set(where[len(thing.steps) : -1]) and where[-1] != "literal":
            yield from judging.of_scalar(file, FIELD, where, where[-1], leaf, thing.subject)
    patches = thing.node.get("spec", "patches")
    if patches is not None:
        yield from judging.of_tree(file, FIELD, patches, (*thing.steps, "patches"), thing.subject)
    file.claim(thing.node)


PLACE = Place(find=find)
