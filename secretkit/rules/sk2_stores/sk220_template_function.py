"""SK220: a template calls what the operator's engine has, with what it takes."""

from collections.abc import Iterator

from secretkit.finding import Finding, closest
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.template_text import FUNCTIONS, Template, TemplateError, parse

_REMOVED = ("env", "expandenv", "getHostByName")


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for text, place in secret.template_texts:
            try:
                template = parse(text)
            except TemplateError:
                continue  # another rule speaks of it
            for problem, why, fix in _problems(template):
                yield RULE.at(place, problem=problem, why=why, fix=fix)


def _problems(template: Template) -> Iterator[tuple[str, str, str]]:
    for name in template.functions:
        if name in _REMOVED:
            why = "the engine leaves it out, so that a template cannot look into the operator"
            yield f"calls `{name}`", why, "write the text itself, or read it from a store"
        elif name not in FUNCTIONS:
            near = closest(name, FUNCTIONS)
            why = "the engine has Go's own functions, most of Sprig, and some for keys"
            yield f"calls `{name}`, which does not exist{near}", why, "use one that exists"
    for name in template.on_data:
        why = "the data is a map of texts, and the function takes a map of any values"
        fix = 'read a key by `index . "KEY"`, or all by `range $key, $value := .`'
        yield f"gives `.` to `{name}`", why, fix
    for key in template.below:
        why = f"the value of `{key}` is a text, which has no fields"
        fix = f'write `index . "{key}.…"` for a key with a dot, or parse it with `fromJson`'
        yield f"asks `.{key}` for a field", why, fix


RULE = Rule(
    code="SK220",
    title="the template {problem}",
    why="{why}; it fails, and no Secret is written",
    fix="{fix}",
    source="External Secrets Operator, template engine v2",
    find=find,
    wrong="""
        tls:
          from: vault
          extract: tls
          template:
            home: '{{ env "HOME" }}'  # <- SK220
            has: '{{ hasKey . "tls.crt" }}'  # <- SK220
            cert: "{{ .tls.crt }}"  # <- SK220
            upper: "{{ .name | uper }}"  # <- SK220
    """,
    right="""
        tls:
          from: vault
          extract: tls
          template:
            cert: '{{ index . "tls.crt" }}'
            upper: "{{ .name | upper }}"
    """,
)
