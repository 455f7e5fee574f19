"""What to do between two steps, and where an encryption stands, as text and as JSON."""

from collections.abc import Iterator
from typing import Any

from secretkit.encryption import editing, states
from secretkit.encryption.declared import Declared
from secretkit.encryption.states import Refused, Section, Stage, Step

_LIVE = "/etc/kubernetes/control-plane/encryption-configuration.yaml"


def status(found: Declared) -> dict[str, Any]:
    """Where it stands: stage, writer, readers, and the next step with what it needs."""
    section = editing.section(found)
    stage = states.stage(section)
    body: dict[str, Any] = {
        "file": found.call,
        "environment": found.environment,
        "stage": stage.name,
        "says": stage.says,
        "resources": list(found.needed.resources),
        "readers": states.readers(section),
        "next": _step(stage, section),
    }
    return body


def text(found: Declared) -> Iterator[str]:
    """The same in lines for a person."""
    body = status(found)
    where = f" ({found.environment})" if found.environment else ""
    yield f"{found.call}{where}: {body['stage']}"
    yield f"  {body['says']}"
    yield f"  resources: {', '.join(body['resources'])}"
    first, *others = body["readers"]
    yield f"  written by: {first}"
    yield f"  read by:    {', '.join([first, *others])}"
    yield ""
    yield from what_next(found)


def what_next(found: Declared) -> Iterator[str]:
    """What must happen before the next step, and the step."""
    section = editing.section(found)
    stage = states.stage(section)
    step = _taken(stage, section)
    call = _call(found)
    if step is None:
        yield from _idle(call)
        return
    yield f"before the next step ({step.does}):"
    for number, (what, commands) in enumerate(_before(found, step), 1):
        yield f"  {number}. {what}"
        yield from (f"       {command}" for command in commands)
    yield "then:"
    yield f"       secretkit encryption next {call} --{step.needs}"
    if stage.name == "readable in the clear":
        yield "or, to end encryption, once every API server has loaded what the file says now:"
        yield f"       secretkit encryption disable {call} --rolled"
    elif stage.back:
        flag = " --rewritten" if _needs_back(stage, section) == "rewritten" else ""
        yield f"or back: secretkit encryption back {call}{flag}"


def _needs_back(stage: Stage, section: Section) -> str:
    assert stage.back
    try:
        return stage.back(section).needs
    except Refused:
        return "nothing"


def _idle(call: str) -> Iterator[str]:
    yield "nothing is under way; what can begin:"
    yield f"       secretkit encryption rotate {call}"
    yield f"       secretkit encryption move {call} --provider PROVIDER"
    yield f"       secretkit encryption disable {call}"


def _before(found: Declared, step: Step) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each thing to do, with its commands."""
    call = _call(found)
    coming = [key for block in found.needed.blocks for key in block.keys if key.state == "next"]
    if step.needs == "rolled":
        for key in coming:
            if key.source and key.source[0] == "file":
                commands = (f"secretkit encryption keygen -o {key.source[1]}",)
                yield (
                    f"make `{key.name}` on one host, keep a copy in escrow, and take it to the others",
                    commands,
                )
        yield "take a snapshot of etcd, and keep it with the keys that read it", ()
    yield "put the file in place on every control-plane host", (
        f"secretkit encryption materialize {call} -o {_LIVE}",
    )  # fmt: skip
    yield "have every API server load it: a minute with automatic reload, else a restart, one by one", (
        f"secretkit encryption verify {call} --server https://HOST:6443 --config {_LIVE}",
    )  # fmt: skip
    if step.needs == "rewritten":
        yield "rewrite every object of these resources, in every namespace", (
            f"secretkit encryption rewrite {call} --as script | sh",
        )  # fmt: skip
        yield "see in etcd that nothing is left of before", (
            f"secretkit encryption verify {call} --etcd",
        )  # fmt: skip
        if "previous" in {key.state for block in found.needed.blocks for key in block.keys}:
            yield "archive the old key for as long as backups of etcd need it", ()


def _step(stage: Stage, section: Section) -> dict[str, str] | None:
    step = _taken(stage, section)
    return {"does": step.does, "needs": step.needs} if step else None


def _taken(stage: Stage, section: Section) -> Step | None:
    try:
        return stage.forward(section) if stage.forward else None
    except Refused:
        return None


def _call(found: Declared) -> str:
    import shlex

    env = f" --env {found.environment}" if found.environment else ""
    return shlex.quote(found.call) + env


def ended(before: Declared) -> Iterator[str]:
    """What is left to do once the section is gone."""
    yield f"{before.call} declares no encryption any more:"
    yield "  1. take --encryption-provider-config out of every API server, and restart them one by one"
    yield "  2. archive the keys for as long as backups of etcd need them"
