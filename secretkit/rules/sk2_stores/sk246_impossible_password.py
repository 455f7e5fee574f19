"""SK246: a password can be made as it is asked for."""

from collections.abc import Iterator, Mapping
from typing import Any

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Generated
from secretkit.rules import Rule
from secretkit.text import has

_SYMBOLS = 30  # the operator's own set, each once


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        origin = secret.origin
        if isinstance(origin, Generated) and origin.kind == "Password" and origin.spec is not None:
            problem = _problem(origin.spec)
            if problem:
                place = origin.at / "Password"
                is_long = has(place.tree.value, place.path)
                what, mend = problem
                yield RULE.at((place if is_long else origin.at).key, problem=what, mend=mend)


def _problem(spec: Mapping[str, Any]) -> tuple[str, str] | None:
    length = spec.get("length") or 24
    digits = spec.get("digits", length // 4)
    symbols = spec.get("symbols", length // 4)
    letters = length - digits - symbols
    if letters < 0:
        problem = f"{digits} digits and {symbols} symbols do not fit into {length} characters"
        return problem, "ask for fewer `digits` or `symbols`, or for a longer `length`"
    if spec.get("allowRepeat"):
        return None
    known = spec.get("symbolCharacters")
    kinds = len(set(known)) if known else _SYMBOLS
    most = 26 if spec.get("noUpper") else 52
    for count, distinct, what in (
        (digits, 10, "digits"), (symbols, kinds, "symbols"), (letters, most, "letters"),
    ):  # fmt: skip
        if count > distinct:
            problem = f"{count} {what} cannot all differ, since there are {distinct}"
            fewer = "length" if what == "letters" else what
            return (
                problem,
                f"lower `{fewer}`, or let them repeat: `Password: {{allowRepeat: true}}`",
            )
    return None


RULE = Rule(
    code="SK246",
    title="no such password can be made: {problem}",
    why="the generator fails each time, and the Secret is never written",
    fix="{mend}",
    source="External Secrets Operator, generator Password",
    find=find,
    wrong="""
        token:
          generate:
            Password: {length: 64}  # <- SK246
        pin:
          generate: {length: 6, digits: 6, symbols: 2}  # <- SK246
    """,
    right="""
        token:
          generate:
            Password: {length: 64, allowRepeat: true}
        pin:
          generate: {length: 6, digits: 6, symbols: 0}
    """,
)
