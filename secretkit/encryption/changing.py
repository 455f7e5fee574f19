"""One step of an encryption: from the file as it is to the file as it becomes, and what to do then."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple, get_args

from secretkit.encryption import editing, elsewhere, faults, states
from secretkit.encryption.declared import Declared, again
from secretkit.encryption.states import Needs, Refused, Section, Stage, Step
from secretkit.finding import Rejected, Usage


class Change(NamedTuple):
    """A step that may be taken. `after` is the file as it becomes."""

    does: str
    text: str
    before: Declared
    after: Declared


def change(found: Declared, step: Callable[[Section], Step], said: Needs) -> Change:
    """The file after a step, if what that needs was `said`; raises Rejected where it is refused.

    Raises Usage where it would change a file that the call does not name."""
    if found.below:
        raise Usage(
            f"{found.below}: the encryption of its cluster is that of {found.call}, which a step would change: "
            "name that file"
        )
    section = editing.section(found)
    if found.target.is_managed:
        elsewhere.check(found)
    try:
        taken = step(section)
        _check(taken, said)
    except Refused as refused:
        raise _refused(found, refused) from None
    text = editing.edited(found, taken.section)
    after = again(found, text)
    elsewhere.check_step(found, after)
    for environment in () if found.environment else _environments(found):
        there = again(found._replace(environment=environment), text)  # it stands on what changed
        _check_environment(found, environment, there)
    return Change(taken.does, text, found, after)


def _check_environment(found: Declared, environment: str, after: Declared) -> None:
    """An environment that says something itself is in a state of its own, which no other step may move."""
    there = again(found._replace(environment=environment), found.own.source.text)
    if _readers(there) != _readers(after):
        raise _refused(
            found,
            Refused(
                f"this would move `{environment}` too, which has an encryption of its own",
                f"let `environments.{environment}.encryption` say all of it, or take it out there",
            ),
        )


def _readers(found: Declared) -> list[str]:
    return [str(one) for one in found.encryption.readers()] if found.encryption else []


def _environments(found: Declared) -> Iterator[str]:
    """Environments that say something of the encryption themselves."""
    yield from (name for name, says in _patches(found) if says)


def heirs(found: Declared) -> tuple[str, ...]:
    """Environments that a step of the base moves too: they say nothing of the encryption themselves."""
    return () if found.environment else tuple(name for name, says in _patches(found) if not says)


def _patches(found: Declared) -> Iterator[tuple[str, bool]]:
    """Each environment, and whether it says something of the encryption."""
    for name, patch in ((found.own.value.get("spec") or {}).get("environments") or {}).items():
        if isinstance(patch, dict):
            yield name, "encryption" in {**patch, **(patch.get("spec") or {})}


def needs(found: Declared, step: Callable[[Section], Step]) -> Needs:
    """What a step needs; raises Rejected where it cannot be taken at all."""
    try:
        return step(editing.section(found)).needs
    except Refused as refused:
        raise _refused(found, refused) from None


def forward(found: Declared) -> Callable[[Section], Step]:
    """The next step of what is under way; raises Rejected where nothing is."""
    elsewhere.check(found)
    return _way(
        found,
        stage_of(found).forward,
        "nothing is under way",
        "begin with `secretkit encryption rotate FILE`, `move FILE` or `disable FILE`",
    )


def back(found: Declared) -> Callable[[Section], Step]:
    """The step back; raises Rejected where there is none."""
    why = f"there is no step back from here ({stage_of(found).name})"
    return _way(found, stage_of(found).back, why, "see `secretkit encryption status FILE`")


def stage_of(found: Declared) -> Stage:
    """Where the encryption stands; raises Rejected where none is declared."""
    found.needed  # noqa: B018 (it raises)
    return states.stage(editing.section(found))


def _way(
    found: Declared, way: Callable[[Section], Step] | None, why: str, mend: str
) -> Callable[[Section], Step]:
    if way is None:
        raise _refused(found, Refused(why, mend))
    return way


def is_enough(said: Needs, needs: Needs) -> bool:
    """Whether what is known of the cluster is what a step needs."""
    order: tuple[Needs, ...] = get_args(Needs)
    return order.index(said) >= order.index(needs)


def _check(step: Step, said: Needs) -> None:
    if is_enough(said, step.needs):
        return
    if step.needs == "rolled":
        raise Refused(
            f"too early: {step.does}, and not every API server is known to have loaded what the file says now",
            "have each load it (`secretkit encryption status FILE` says how), then repeat with --rolled",
        )
    raise Refused(
        f"too early: {step.does}, and not every object is known to be rewritten",
        "roll, rewrite and verify (`secretkit encryption status FILE` says how), then repeat with --rewritten",
    )


def _refused(found: Declared, refused: Refused) -> Rejected:
    code = faults.ORDER if refused.is_order else faults.REFUSED
    return found.refused(code, editing.place_of(found), why=refused.why, mend=refused.mend)


def begun(make: Callable[[Section], Section], does: str) -> Callable[[Section], Step]:
    """The step that begins something: nothing stored depends on it yet."""

    def step(section: Section) -> Step:
        return Step(does, "nothing", make(section))

    return step


def new_key(
    found: Declared, name: str | None, source: dict[str, str] | None, today: date
) -> Section:
    """A key that is `next`, with a name of today and a place beside the other keys unless these are given."""
    taken = {key["name"] for key in _keys(editing.section(found))}
    # Above every number of the day that is there, since one below may have retired.
    day = f"key-{today:%Y%m%d}-"
    numbers = [key.removeprefix(day) for key in taken if key.startswith(day)]
    number = max((int(text) for text in numbers if text.isdecimal()), default=0) + 1
    name = name or f"{day}{number}"
    key: Section = {"name": name, "state": "next"}
    source = source or _beside(found, name)
    return {**key, "from": source} if source else key


def _beside(found: Declared, name: str) -> dict[str, str] | None:
    """A file of the key's name where the file of another key lies under its own name."""
    for key in _keys(editing.section(found)):
        path = key.get("from", {}).get("file", "")
        if path.endswith(f"/{key['name']}"):
            return {"file": path.removesuffix(key["name"]) + name}
    return None


def _keys(section: Section) -> Iterator[dict[str, Any]]:
    for block in (section, section.get("moveTo") or {}, section.get("moveFrom") or {}):
        yield from block.get("keys") or ()
