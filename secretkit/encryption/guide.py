"""What to do between two steps, and where an encryption stands, as text and as JSON."""

import shlex
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from secretkit.encryption import editing, states
from secretkit.encryption.declared import Declared
from secretkit.encryption.states import Refused, Section, Step
from secretkit.model.control_plane import Key

_LIVE = "/etc/kubernetes/control-plane/encryption-configuration.yaml"
_KEYS = "/etc/kubernetes/keys"


class Task(NamedTuple):
    """Something to do, and the commands that do it."""

    what: str
    commands: tuple[str, ...] = ()


class Ahead(NamedTuple):
    """What lies ahead: what must happen before the next step, the step, and what else can be done."""

    step: Step | None  # None where nothing is under way
    before: tuple[Task, ...]  # or what has every API server load this file, where nothing is
    command: str | None
    others: tuple[Task, ...]


def status(found: Declared) -> dict[str, Any]:
    """Where it stands: stage, writer, readers, and the next step with what it needs."""
    section = editing.section(found)
    stage = states.stage(section)
    ahead = _ahead(found)
    step = ahead.step
    return {
        "file": found.call,
        "environment": found.environment,
        "stage": stage.name,
        "says": stage.says,
        "resources": list(found.needed.resources),
        "except": list(found.needed.excepted),
        "readers": [str(one) for one in found.needed.readers()],
        "next": step and {
            "does": step.does,
            "needs": step.needs,
            "before": [one._asdict() for one in ahead.before],
            "command": ahead.command,
        },
        "loading": [one._asdict() for one in ahead.before] if step is None else [],
        "others": [one._asdict() for one in ahead.others],
    }  # fmt: skip


def text(found: Declared) -> Iterator[str]:
    """The same in lines for a person."""
    body = status(found)
    where = f" ({found.environment})" if found.environment else ""
    yield f"{found.call}{where}: {body['stage']}"
    yield f"  {body['says']}"
    yield f"  resources: {', '.join(body['resources'])}"
    if body["except"]:
        yield f"  except:    {', '.join(body['except'])}"
    first, *others = body["readers"]
    yield f"  written by: {first}"
    yield f"  read by:    {', '.join([first, *others])}"
    yield ""
    yield from what_next(found)


def what_next(found: Declared, way: str = "next") -> Iterator[str]:
    """What must happen before the next step, and the step; then the other ways from here.

    `way` is the command that goes on with what was begun: `next`, or `disable` for its second step.
    """
    ahead = _ahead(found, way)
    if ahead.step is None:
        yield "nothing is under way, once every API server has this file:"
        yield from _numbered(ahead.before)
        yield "what can begin:"
        for what, commands in ahead.others:
            yield from (f"       {line}" for line in commands or (what,))
        return
    yield f"before the next step ({ahead.step.does}):"
    yield from _numbered(ahead.before)
    yield "then:"
    yield f"       {ahead.command}"
    for what, commands in ahead.others:
        yield f"or, to {what}:"
        yield from (f"       {command}" for command in commands)


def _numbered(tasks: Iterable[Task]) -> Iterator[str]:
    for number, (what, commands) in enumerate(tasks, 1):
        yield f"  {number}. {what}"
        yield from (f"       {command}" for command in commands)


def _ahead(found: Declared, way: str = "next") -> Ahead:
    section = editing.section(found)
    stage = states.stage(section)
    call = _call(found)
    ways = {"next": _taken(stage.forward, section), "disable": _ending(section)}
    first = way if ways[way] else "next"
    step = ways[first]
    if step is None:
        return Ahead(None, tuple(_loading(found)), None, tuple(_beginnings(found)))
    others: list[Task] = []
    onward, ending = ways["next"], ways["disable"]
    if first == "disable" and onward:
        what = f"go on encrypting ({onward.does}; `status` says what comes before)"
        others.append(Task(what, (f"secretkit encryption next {call} --{onward.needs}",)))
    elif ending:
        what = "end encryption, once every API server has loaded what the file says now"
        others.append(Task(what, (f"secretkit encryption disable {call} --rolled",)))
    back = _taken(stage.back, section)
    if back:
        flag = "" if back.needs == "nothing" else f" --{back.needs}"
        others.append(Task("go back", (f"secretkit encryption back {call}{flag}",)))
    command = f"secretkit encryption {first} {call} --{step.needs}"
    return Ahead(step, tuple(_before(found, step)), command, tuple(others))


def _ending(section: Section) -> Step | None:
    """The second step of disabling, where the first is taken."""
    step = _taken(states.disabled, section)
    return step if step and step.needs == "rolled" else None


def _taken(way: Callable[[Section], Step] | None, section: Section) -> Step | None:
    try:
        return way(section) if way else None
    except Refused:
        return None


def _beginnings(found: Declared) -> Iterator[Task]:
    call = _call(found)
    block = found.needed.block
    if block and block.is_kms:
        yield Task(
            "a rotation in the KMS itself, then `rewrite`: the plugin has its keys to itself"
        )
    else:
        yield Task("rotate", (f"secretkit encryption rotate {call}",))
    yield Task(
        "move to another provider", (f"secretkit encryption move {call} --provider PROVIDER",)
    )
    yield Task("end encryption", (f"secretkit encryption disable {call}",))


def _before(found: Declared, step: Step) -> Iterator[Task]:
    """Each thing to do before a step."""
    call = _call(found)
    yield from _new_keys(found)
    if step.needs == "rolled":
        yield from _plugins(found)
        yield Task("take a snapshot of etcd, and keep it with the keys that read it")
    yield from _loading(found)
    if step.needs == "rewritten":
        yield Task(
            "rewrite every object of these resources, in every namespace",
            (f"secretkit encryption rewrite {call} --as script | sh",),
        )
        yield Task(
            "see in etcd that nothing is left of before",
            (f"secretkit encryption verify {call} --etcd",),
        )
        if any(key.state == "previous" for key in _keys(found)):
            yield Task("archive the old key for as long as backups of etcd need it")


def _loading(found: Declared) -> Iterator[Task]:
    """How every API server comes to have what the file says."""
    yield _put_in_place(found)
    call = _call(found)
    yield Task(
        "have every API server load it: a minute with automatic reload, else a restart, one by one",
        (f"secretkit encryption verify {call} --server https://HOST:6443 --config {_LIVE}",),
    )


def _plugins(found: Declared) -> Iterator[Task]:
    """A plugin that does not answer keeps an API server from starting."""
    going = found.needed.move_from
    names = [one.kms.name for one in found.needed.blocks if one.kms and one is not going]
    for name in dict.fromkeys(names):
        yield Task(
            f"have the plugin `{name}` answer on every control-plane host, and its socket's folder mounted into "
            "kube-apiserver: what `render -o` writes wires it in"
        )


def _new_keys(found: Declared) -> Iterator[Task]:
    going = found.needed.move_from
    for key in (key for key in _keys(found) if key.state == "next"):
        if going and key in going.keys:
            continue
        source, argument = key.source or ("", "")
        path = argument if source == "file" else f"{_KEYS}/{key.name}"
        where = f", for the variable `{argument}`" if source == "env" else ""
        yield Task(
            f"make `{key.name}` on one host (never twice: objects may lie under it), keep a copy in escrow, and take it to the others{where}",
            (f"secretkit encryption keygen -o {shlex.quote(path)}",),
        )


def _put_in_place(found: Declared) -> Task:
    """`materialize`, which must be told where the bytes of a key without `from` lie."""
    command = f"secretkit encryption materialize {_call(found)} -o {_LIVE}"
    names = [key.name for key in _keys(found) if key.source is None]
    if not names:
        return Task("put the file in place on every control-plane host", (command,))
    options = "".join(f" --key {name}=file:{_KEYS}/{name}" for name in names)
    are = "has" if len(names) == 1 else "have"
    what = (
        "put the file in place on every control-plane host; "
        f"{' and '.join(f'`{name}`' for name in names)} {are} no `from`, so `--key` says where the bytes "
        "lie (env:VARIABLE or - for stdin also)"
    )
    return Task(what, (command + options,))


def _keys(found: Declared) -> Iterator[Key]:
    return (key for block in found.needed.blocks for key in block.keys)


def _call(found: Declared) -> str:
    env = f" --env {found.environment}" if found.environment else ""
    return shlex.quote(found.call) + env


def ended(before: Declared) -> Iterator[str]:
    """What is left to do once the section is gone."""
    where = f" for `{before.environment}`" if before.environment else ""
    yield f"{before.call} declares no encryption any more{where}:"
    yield "  1. take --encryption-provider-config out of every API server, and restart them one by one"
    yield "  2. archive the keys for as long as backups of etcd need them"
