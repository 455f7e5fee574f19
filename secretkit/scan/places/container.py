"""Containers of workloads at any depth: variables, command lines, headers of probes."""

from collections.abc import Iterator

from secretkit.scan import judging
from secretkit.scan.codes.sk804_variable import CODE as VARIABLE
from secretkit.scan.codes.sk805_argument import CODE as ARGUMENT
from secretkit.scan.nodes import Node, below
from secretkit.scan.places import Place
from secretkit.scan.reading import File, Thing
from secretkit.scan.seen import SAFE, Seen, of_a_field, seen

_LISTS = ("containers", "initContainers", "ephemeralContainers")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def find(thing: Thing, file: File) -> Iterator[Seen]:
    if not thing.kind or thing.kind in ("Secret", "ConfigMap", "CustomResourceDefinition"):
        return
    pending: list[tuple[tuple[str, ...], Node]] = [(thing.steps, thing.node)]
    known: set[int] = set()
    while pending:
        steps, node = pending.pop()
        if node.text is not None or id(node) in known:
            continue
        known.add(id(node))
        for where, value in reversed(list(below(node, steps))):
            if where[-1] in _LISTS and value.items:
                for at, item in below(value, where):
                    yield from _container(file, at, item)
            else:
                pending.append((where, value))


def _container(file: File, steps: tuple[str, ...], node: Node) -> Iterator[Seen]:
    subject = node.word("name") or steps[-1]
    env = node.get("env")
    for where, one in below(env, (*steps, "env")) if env else ():
        name, value = one.word("name"), one.get("value")
        if value is not None and value.text is not None:
            yield from judging.of_scalar(file, VARIABLE, (*where, "value"), name, value, subject)
    file.claim(env)
    lines = [(*steps, field) for field in ("command", "args")]
    lines += [(*steps, probe, "exec", "command") for probe in _PROBES]
    lines += [(*steps, "lifecycle", hook, "exec", "command") for hook in ("postStart", "preStop")]
    for path in lines:
        line = node.get(*path[len(steps) :])
        if line is not None:
            file.claim(line)
            program = node.get("command") if path[-1] == "args" else None
            yield from judging.of_a_line(ARGUMENT, path, line, subject, program)
    for probe in _PROBES:
        headers = node.get(probe, "httpGet", "httpHeaders")
        if headers is not None:
            file.claim(headers)
            for where, one in below(headers, (*steps, probe, "httpHeaders")):
                value = one.get("value")
                if value is not None:
                    verdict = of_a_field(one.word("name"), value.text or "")
                    if verdict is not SAFE:
                        yield seen(ARGUMENT, where, value, verdict, subject=subject)


PLACE = Place(find=find)
