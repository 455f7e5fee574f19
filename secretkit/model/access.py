"""Who may read which Secrets."""

from dataclasses import dataclass

from secretkit.text import Place


@dataclass(frozen=True, slots=True)
class Access:
    """A Role limited by name, and its binding to one subject."""

    name: str
    subject_kind: str  # ServiceAccount, User or Group
    subject: str
    subject_namespace: str | None
    secrets: tuple[str, ...]  # keys of secrets; those of `"*"` filled in
    every: bool  # whether the file says "*"
    verbs: tuple[str, ...]
    at: Place
