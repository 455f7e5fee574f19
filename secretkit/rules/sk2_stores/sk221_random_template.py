"""SK221: the same values make the same Secret."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.template_text import RANDOM, TemplateError, parse


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if not secret.is_operators or secret.is_made_once:
            continue
        for text, place in secret.template_texts:
            try:
                names = [name for name in parse(text).functions if name in RANDOM]
            except TemplateError:
                continue  # another rule speaks of it
            for name in names:
                yield RULE.at(place, name=name)


RULE = Rule(
    code="SK221",
    severity="warning",
    title="`{name}` gives another text each time, so the Secret changes at each refresh",
    why="pods that watch it would restart although nothing changed",
    fix="keep the finished text in the store, use `generate`, or set `refresh: once`",
    source="external-secrets issue 2699",
    find=find,
    wrong="""
        login:
          from: vault
          keys: {password: login#password}
          template:
            auth: '{{ htpasswd "admin" .password }}'  # <- SK221
    """,
    right="""
        login:
          from: vault
          keys: {password: login#password}
          refresh: once
          template:
            auth: '{{ htpasswd "admin" .password }}'
    """,
)
