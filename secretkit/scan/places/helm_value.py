"""Values of charts: values files, HelmRelease, HelmChart, and Argo CD's Applications."""

import re
from collections.abc import Iterator

from secretkit import looks
from secretkit.lazy import lazily
from secretkit.scan import grading, judging
from secretkit.scan.codes.sk808_helm_value import CODE
from secretkit.scan.nodes import Node, below
from secretkit.scan.places import Place
from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import Seen, decoded, of_a_secret, seen

_VALUES = lazily(r"(?is)(?:.*/)?(?:values[^/]*|[^/]*[-_.]values|values/[^/]*)\.(?:ya?ml|json)")
_FIELDS = ("values", "valuesObject", "parameters", "valuesInline", "valuesContent", "set")
# Maps that charts turn into Secrets: `secretEnv`, `envSecrets`, `secret.data`.
_MAPS = lazily(
    r"secrets?|secret_?(?:env|data|values|strings?|literals)\w{0,10}|(?:env|extra|app|string)_?secrets?(?:data)?",
    re.IGNORECASE,
)
_VARIABLE = lazily(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_PLAIN = lazily(r"[0-9.]+|(?i:true|false|yes|no|null)|~|")
_KINDS = ("HelmRelease", "HelmChart", "HelmChartConfig", "Application", "ApplicationSet", "Release")


def find(thing: Thing, file: File) -> Iterator[Seen]:
    if not thing.kind:
        if _VALUES.fullmatch(file.name):
            yield from _of_values(file, thing.node, thing.steps, thing.subject)
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
                    yield from _of_values(file, value, where, subject)
                file.claim(value)
            else:
                pending.append((where, value))


def _of_values(file: File, node: Node, steps: tuple[str, ...], subject: str) -> Iterator[Seen]:
    """Values of a chart: first the maps of which it makes Secrets, by their names."""
    pending: list[tuple[tuple[str, ...], Node, bool]] = [(steps, node, False)]
    known: set[int] = set()
    while pending:
        path, one, is_secret = pending.pop()
        if one.text is not None or id(one) in known:
            continue
        known.add(id(one))
        for where, value in below(one, path):
            step = where[-1]
            if is_secret and step.startswith("[") and value.get("name") and value.get("value"):
                pair = (*where[:-1], value.word("name"))
                yield from _of_a_map(file, pair, value.get("value"), path[-1], subject)
            elif is_secret and not step.startswith("["):
                yield from _of_a_map(file, where, value, path[-1], subject)
            is_map = _MAPS.fullmatch(step) is not None
            pending.append((where, value, is_map or (is_secret and step in ("data", "stringData"))))
    yield from judging.of_tree(file, CODE, node, steps, subject)


def _of_a_map(
    file: File, steps: tuple[str, ...], node: Node | None, name: str, subject: str
) -> Iterator[Seen]:
    if node is None or node.text is None or "\n" in node.text.strip():
        return
    text, key = node.text, steps[-1]
    is_data = name in ("data", "stringData")
    if not is_data and not (_VARIABLE.fullmatch(key) or looks.names_secret(key)):
        return
    verdict = of_a_secret(key, decoded(text) or text if name == "data" else text)
    if verdict.sureness in ("safe", "placeholder") or (node.plain and _PLAIN.fullmatch(text)):
        return
    is_name = looks.is_name(text)
    if looks.names_secret(key) and grading.grade(key, text) == "safe":
        return
    if is_name and not is_data and not any(map(str.isdigit, text)):
        return  # of a Secret, as like as not
    if is_name or len(text) < 6:
        verdict = verdict._replace(sureness="likely")
    file.claim(node)
    yield seen(CODE, steps, node, verdict, subject=subject)


PLACE = Place(find=find)
