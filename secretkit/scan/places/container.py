"""Containers of workloads at any depth: variables, command lines, headers of probes."""

from collections.abc import Iterator

from secretkit import looks
from secretkit.scan import judging, showing
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
            yield from _line(path, line, subject)
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


def _line(steps: tuple[str, ...], line: Node, subject: str) -> Iterator[Seen]:
    """A command line; of `--password VALUE` the option says what the next word is."""
    option = ""
    for at, word in enumerate(line.items):
        text = word.text or ""
        if "\n" in text.strip():
            yield from judging.of_rows(ARGUMENT, (*steps, str(at)), "", word, subject)
            option = ""
            continue
        name, equals, value = text.partition("=")
        if showing.is_option(name) and equals:
            named, verdict = name, of_a_field(name.lstrip("-"), value)
        elif option and not text.startswith("-"):
            named, verdict = option, of_a_field(option.lstrip("-"), text)
        else:
            named, verdict = str(at), judging.of_a_command(text)
        if verdict is not SAFE:
            path = (*steps[:-1], f"{steps[-1]} {named}" if named.startswith("-") else steps[-1])
            yield seen(ARGUMENT, path, word, verdict, subject=subject)
        option = text if showing.is_option(text) and looks.names_secret(text) else ""


PLACE = Place(find=find)
