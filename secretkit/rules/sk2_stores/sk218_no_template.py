"""SK218: a template is one that Go can parse."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Secret
from secretkit.rules import Rule
from secretkit.template_text import TemplateError, parse
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for text, place in (*secret.template_texts, *_transforms(secret)):
            try:
                parse(text)
            except TemplateError as error:
                yield RULE.at(place, problem=str(error))


def _transforms(secret: Secret) -> Iterator[tuple[str, Place]]:
    for read in secret.reads:
        for number, change in enumerate(read.rewrite):
            if "transform" in change:
                place = read.at / "rewrite" / number / "transform" / "template"
                yield change["transform"]["template"], place


RULE = Rule(
    code="SK218",
    title="this is no Go template: {problem}",
    why="the operator cannot parse it, and writes no Secret",
    fix='mend the action; a literal brace pair is written `{{{{ "{{{{" }}}}`',
    source="Go, text/template",
    find=find,
    wrong="""
        db:
          from: vault
          keys: {db-password: db#password}
          template:
            url: "postgres://app:{{ .db-password }}@db/app"  # <- SK218
            user: "{{ if true }}app"  # <- SK218
    """,
    right="""
        db:
          from: vault
          keys: {db-password: db#password}
          template:
            url: 'postgres://app:{{ index . "db-password" }}@db/app'
            user: "{{ if true }}app{{ end }}"
    """,
)
