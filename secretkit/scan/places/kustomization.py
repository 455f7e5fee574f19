"""Kustomizations: literals of generators, the files they name, values of charts, inline patches."""

import posixpath
from collections.abc import Iterator

from secretkit.scan import judging
from secretkit.scan.codes.sk802_placeholder import CODE as PLACEHOLDER
from secretkit.scan.codes.sk807_generator import CODE
from secretkit.scan.codes.sk808_helm_value import CODE as CHART
from secretkit.scan.nodes import Node, below
from secretkit.scan.places import Place
from secretkit.scan.reading import File, Thing, Wanted
from secretkit.scan.seen import SAFE, Seen, of_a_field, of_a_secret, seen

_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


def find(thing: Thing, file: File) -> Iterator[Seen]:
    if file.base not in _NAMES and not (
        thing.kind in ("Kustomization", "Component") and thing.api.startswith("kustomize.config")
    ):
        return
    for field, secret in (("secretGenerator", True), ("configMapGenerator", False)):
        generators = thing.node.get(field)
        if generators is None:
            continue
        file.claim(generators)
        for where, one in below(generators, (*thing.steps, field)):
            kind = "Secret" if secret else "ConfigMap"
            subject = f"the generator of the {kind} `{one.word('name')}`"
            literals = one.get("literals")
            for word in literals.items if literals else ():
                yield from _literal(where, word, subject, is_secret=secret)
            _want(file, one, subject, is_secret=secret)
    charts = thing.node.get("helmCharts")
    for where, one in below(charts, (*thing.steps, "helmCharts")) if charts else ():
        inline = one.get("valuesInline")
        if inline is not None:
            subject = f"`valuesInline` of the chart `{one.word('name')}`"
            yield from judging.of_tree(file, CHART, inline, (*where, "valuesInline"), subject)
            file.claim(inline)


def _literal(
    steps: tuple[str, ...], node: Node, subject: str, *, is_secret: bool
) -> Iterator[Seen]:
    key, equals, value = (node.text or "").partition("=")
    if not equals:
        return
    value = value[1:-1] if value[:1] in ("'", '"') and value[-1:] == value[:1] else value
    verdict = of_a_secret(key, value) if is_secret else of_a_field(key, value)
    code = PLACEHOLDER if verdict.sureness == "placeholder" else CODE
    if verdict is not SAFE:
        yield seen(code, (*steps, "literals", key), node, verdict, subject=subject, value=value)


def _want(file: File, generator: Node, subject: str, *, is_secret: bool) -> None:
    """The files of a generator, which are judged as what it makes of them."""
    for field in ("files", "envs", "env"):
        node = generator.get(field)
        if node is None:
            continue
        for item in node.items or (node,):
            text = item.text or ""
            path = text.partition("=")[2] or text
            whole = posixpath.normpath(posixpath.join(posixpath.dirname(file.name), path))
            if path and not whole.startswith("../"):
                file.wanted.append(Wanted(whole, subject, is_secret, field != "files"))


PLACE = Place(find=find)
