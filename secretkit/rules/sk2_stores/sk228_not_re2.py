"""SK228: a regular expression is one that Go takes."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.go_regexp import re2_problem
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.text import Place, get


def find(app: App) -> Iterator[Finding]:
    for pattern, place in _patterns(app):
        problem = re2_problem(pattern)
        if problem:
            yield RULE.at(place, problem=problem)


def _patterns(app: App) -> Iterator[tuple[str, Place]]:
    for secret in app.secrets.values():
        for read in secret.reads:
            pattern = get(read.remote, ("name", "regexp")) if read.kind == "find" else None
            if pattern is not None:
                yield pattern, read.at / "name" / "regexp"
            for number, change in enumerate(read.rewrite):
                if "regexp" in change:
                    place = read.at / "rewrite" / number / "regexp" / "source"
                    yield change["regexp"]["source"], place
    for store in app.stores.values():
        for number, condition in enumerate(store.conditions):
            for at, pattern in enumerate(condition.get("namespaceRegexes", ())):
                yield pattern, store.at / "conditions" / number / "namespaceRegexes" / at


RULE = Rule(
    code="SK228",
    title="Go cannot compile this regular expression: {problem}",
    why="the operator compiles it with Go, whose expressions (RE2) know neither lookaround nor back "
    "references; the whole object fails with it",
    fix="write it as Go takes it: `secretkit validate` says when; what RE2 cannot say, find by `tags` "
    "or by a wider expression",
    source="https://github.com/google/re2/wiki/Syntax",
    find=find,
    wrong="""
        flags:
          from: aws
          find:
            name: "^flags-(?!old)"  # <- SK228
    """,
    right="""
        flags:
          from: aws
          find:
            name: "^flags-[a-z]+$"
    """,
)
