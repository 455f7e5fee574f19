"""Values of charts: values files, HelmRelease, HelmChart, and Argo CD's Applications."""

from collections.abc import Iterator

from secretkit.lazy import lazily
from secretkit.scan import judging
from secretkit.scan.codes.sk808_helm_value import CODE
from secretkit.scan.nodes import Node, below
from secretkit.scan.places import Place
from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import Seen

_VALUES = lazily(r"(?is)(?:.*/)?(?:values[^/]*|[^/]*[-_.]values|values/[^/]*)\.(?:ya?ml|json)")
_FIELDS = ("values", "valuesObject", "parameters", "valuesInline", "valuesContent", "set")
_KINDS = ("HelmRelease", "HelmChart", "HelmChartConfig", "Application", "ApplicationSet", "Release")


def find(thing: Thing, file: File) -> Iterator[Seen]:
    if not thing.kind:
        if _VALUES.fullmatch(file.name):
            yield from judging.of_tree(file, CODE, thing.node, thing.steps, thing.subject)
            file.claim(thing.node)
        return
    if thing.kind not in _KINDS:
        return
    pending: list[tuple[tuple[str, ...], Node]] = [(thing.steps, thing.node)]
    while pending:
        steps, node = pending.pop()
        if len(steps) > 30:
            continue
        for where, value in reversed(list(below(node, steps))):
            is_env = where[-1] == "env" and "plugin" in where
            if where[-1] in _FIELDS or is_env:
                subject = f"`{where[-1]}` of {thing.subject}"
                if value.text is not None:
                    yield from judging.of_text(file, CODE, where, where[-1], value, subject)
                else:
                    yield from judging.of_tree(file, CODE, value, where, subject)
                file.claim(value)
            else:
                pending.append((where, value))


PLACE = Place(find=find)
