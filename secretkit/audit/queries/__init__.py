"""Queries for audit logs: one file per place where a log lies. The folder is the registry."""

import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from secretkit.target import PROVIDERS

# The self-run clusters write the API server's own file.
_SELF_RUN = "selfrun"


class Wanted(NamedTuple):
    """What the queries are limited to. Both are names as the API takes them, else None."""

    provider: str
    namespace: str | None = None
    name: str | None = None


class Query(NamedTuple):
    """One question and the text that asks it."""

    title: str
    text: str


class Language(NamedTuple):
    """What a log is asked in: the sign of a comment, what to know first, and the queries."""

    comment: str
    about: Callable[[Wanted], str]
    queries: Callable[[Wanted], tuple[Query, ...]]


READS = "Who read Secrets; whoever lists or watches reads all that the list holds"
REFUSED = "Who was refused a Secret (403)"
LOGINS = "Whose login was refused (401), whatever they asked for"


def get(provider: str) -> Language:
    """The language of a provider's log."""
    names = {module.name for module in pkgutil.iter_modules(__path__)}
    assert provider in PROVIDERS
    found: Language = import_module(
        f"{__name__}.{provider if provider in names else _SELF_RUN}"
    ).LANGUAGE
    return found


def text(wanted: Wanted) -> str:
    """All queries of a provider, each under a comment that says what it asks."""
    language = get(wanted.provider)
    blocks = [_comment(language.comment, language.about(wanted))]
    for query in language.queries(wanted):
        blocks.append(f"{_comment(language.comment, f'{query.title}.')}\n{query.text}")
    return "\n\n".join(blocks) + "\n"


def _comment(sign: str, text: str) -> str:
    from textwrap import wrap

    rows = wrap(text, 98 - len(sign), break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"{sign} {row}" for row in rows)
