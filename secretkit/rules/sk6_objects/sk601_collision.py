"""SK601: no two objects are one."""

from collections.abc import Iterable, Iterator, Sequence

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Existing
from secretkit.objects import Object
from secretkit.rules import Fact, Group, Rule
from secretkit.text import Mark


def gather(app: App, objects: Sequence[Object]) -> Iterator[Fact]:
    for found in objects:
        group, kind, namespace, name = found.id
        # The entry of a section that asked for the object: `spec`, `secrets`, its key.
        mark = found.place._replace(path=found.place.path[:3]).key.mark
        key = ("patch" if found.patch else "", group, kind, namespace or "", name)
        yield Fact(key, mark, app.name, app.namespace)
    for secret in app.secrets.values():
        # Whatever makes it, a Secret has one maker; with these policies it is somebody else's.
        theirs = secret.creation_policy in ("Merge", "CreateOrMerge", "None")
        if not isinstance(secret.origin, Existing) and not theirs:
            key = ("made", "", "Secret", app.namespace, secret.name)
            yield Fact(key, secret.at.key.mark, app.name, app.namespace)


def judge(groups: Iterable[Group]) -> Iterator[Finding]:
    told = set()  # two secrets of one name collide in several kinds: one cause, one finding
    for first, *others in groups:
        for other in others:
            if (first.mark, other.mark) not in told:
                told.add((first.mark, other.mark))
                _, _, kind, _, name = first.key
                both = "" if first.app == other.app else f", by `{first.app}` and `{other.app}`"
                yield RULE.at(
                    other.mark, also=[first.mark], kind=kind, name=name, both=both,
                    mend=_mend(other.mark, kind),
                )  # fmt: skip


def _mend(mark: Mark, kind: str) -> str:
    section = mark.path[1] if len(mark.path) > 1 else ""
    if section == "access":
        return "give one of the entries another key, which is the name of its Role"
    if kind == "ServiceAccount":
        return "give each app an account of its own, in a preset for example `${app}-eso`"
    return "give one of them another `name`"


RULE = Rule(
    code="SK601",
    title="{kind} `{name}` would be made twice{both}",
    why="they are one object to the cluster, so the one that is applied last wins",
    fix="{mend}",
    gather=gather,
    judge=judge,
    wrong="""
        db:
          existing: true
        first:
          name: shared
          generate: {length: 32}
        second:  # <- SK601
          name: shared
          generate: {length: 32}
    """,
    right="""
        first:
          generate: {length: 32}
        second:
          generate: {length: 32}
    """,
)
