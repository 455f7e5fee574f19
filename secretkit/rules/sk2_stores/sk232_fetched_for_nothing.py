"""SK232: what is fetched is used."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import External, Secret
from secretkit.rules import Rule
from secretkit.template_text import TemplateError, parse


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if not isinstance(secret.origin, External) or not secret.template or secret.keep:
            continue
        used = _used(secret)
        if used is None:
            continue
        for read in secret.origin.keys:
            # A template of the key's own name is the key, whatever it is made of.
            if read.key not in used and read.key not in secret.template:
                yield RULE.at(read.at.key, key=read.key)


def _used(secret: Secret) -> set[str] | None:
    """Keys that the templates take; None where they take all."""
    used: set[str] = set()
    for text, _ in secret.template_texts:
        try:
            template = parse(text)
        except TemplateError:
            return None  # another rule speaks of it
        if template.whole:
            return None
        used |= {*template.required, *template.optional}
    return used


RULE = Rule(
    code="SK232",
    severity="warning",
    title="`{key}` is fetched, but the template does not use it",
    why="only the keys of a template stay, so the Secret will not have it",
    fix="use it in the template, add `keep: true`, or drop it",
    source="external-secrets issues 2080 and 1362",
    find=find,
    wrong="""
        db:
          from: vault
          keys:
            host: db#host  # <- SK232
            password: db#password
          template: {url: "postgres://app:{{ .password }}@db/app"}
    """,
    right="""
        db:
          from: vault
          keys:
            host: db#host
            password: db#password
          template: {url: "postgres://app:{{ .password }}@db/app"}
          keep: true
    """,
)
