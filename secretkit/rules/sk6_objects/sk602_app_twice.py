"""SK602: an app's name is its own."""

from collections.abc import Iterable, Iterator, Sequence

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.objects import Object
from secretkit.rules import Fact, Group, Rule


def gather(app: App, objects: Sequence[Object]) -> Iterator[Fact]:  # noqa: ARG001
    mark = (app.at / "metadata" / "name").mark
    yield Fact((app.name,), mark, app.name, app.namespace)


def judge(groups: Iterable[Group]) -> Iterator[Finding]:
    for first, *others in groups:
        for other in others:
            yield RULE.at(other.mark, also=[first.mark], name=other.app)


RULE = Rule(
    code="SK602",
    title="two apps are called `{name}`",
    why="their files would lie in one folder, and their objects carry one label",
    gather=gather,
    judge=judge,
    fix="rename one of them, for example after its team",
    wrong="# not text: two files with the same `metadata.name` in one run",
)
