"""Who may read which Secrets."""

from typing import NamedTuple

from secretkit.text import Place


class Access(NamedTuple):
    """A Role limited by name, and its binding to one subject."""

    name: str
    subject_kind: str  # ServiceAccount, User or Group
    subject: str
    subject_namespace: str | None
    secrets: tuple[str, ...]  # keys of secrets; those of `"*"` filled in
    every: bool  # whether the file says "*"
    verbs: tuple[str, ...]
    at: Place
