"""A finding: place, what, why, mend; and the codes that findings are made from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

from secretkit.text import Mark, Place, Span, Tree

Severity: TypeAlias = Literal["error", "warning", "info"]
Where: TypeAlias = Place | Span | Mark


class Finding(NamedTuple):
    """One thing wrong, at one place; `also` names further places that belong to it."""

    code: str
    severity: Severity
    message: str
    why: str
    fix: str
    place: Where
    also: tuple[Where, ...] = ()
    identity: str = ""  # what names it in its file, where the message does not

    @property
    def without_trees(self) -> "Finding":
        """The same, its places by name and path: small, and good for another process."""
        also = tuple(map(_marked, self.also))
        return self._replace(place=_marked(self.place), also=also)


def _marked(place: Where) -> Where:
    return place.mark if isinstance(place, Place) else place


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a code means. The texts are its `explain` page, its page in docs/ and its test.

    `title`, `why` and `fix` may hold `{name}` fields that `at` fills. `wrong` and `right` are
    inputs: a fragment of `spec.secrets`, of `spec` if it begins with `spec:`, or a whole file if it
    begins with `apiVersion`. A line with `# <- CODE` says where the finding stands. An input that
    no text can show is described in words, marked by a first line `# not text`.
    """

    code: str
    severity: Severity = "error"
    title: str
    why: str
    fix: str
    source: str = ""
    wrong: str = ""
    right: str = ""

    def at(self, place: Where, also: Iterable[Where] = (), **values: Any) -> Finding:
        """The finding at a place, its texts filled with `values` (names and types, never contents)."""
        return Finding(
            code=self.code,
            severity=self.severity,
            message=self.title.format(**values),
            why=self.why.format(**values),
            fix=self.fix.format(**values),
            place=place,
            also=tuple(also),
        )


class Rejected(Exception):
    """The input cannot be made into what the station gives; carries the findings that say why.

    `tree` is what can be read in spite of them, if it can be judged.
    """

    def __init__(self, findings: Iterable[Finding], tree: Tree | None = None) -> None:
        self.findings = tuple(findings)
        self.tree = tree
        super().__init__(f"{len(self.findings)} findings")


class Usage(Exception):
    """Wrong usage, or a file that cannot be read: one line for stderr, and an exit code."""

    code = ""  # of a finding, where the input and not the call is wrong
    exit_code = 2


def closest(name: str, known: Iterable[str]) -> str:
    """` Did you mean X?` for the nearest known name, or nothing."""
    from difflib import get_close_matches

    names = list(known)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    # Of a name of two letters nothing is left to match once they are swapped.
    near = near or [other for other in names if len(name) == 2 and other == name[::-1]]
    return f", did you mean `{near[0]}`?" if near else ""
