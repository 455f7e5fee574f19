"""SK219: a template uses keys that the source makes."""

from collections.abc import Iterator

from secretkit.finding import Finding, closest
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.template_text import TemplateError, parse


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        known = secret.data_keys
        if known is None:
            continue
        lost = "nothing makes" if secret.fetched_keys is not None else "`expect` does not promise"
        for text, place in secret.template_texts:
            try:
                wanted = parse(text).required
            except TemplateError:
                continue  # another rule speaks of it
            for key in wanted:
                if key not in known:
                    shown = ", ".join(f"`{one}`" for one in sorted(known)) or "none"
                    near = closest(key, known)
                    yield RULE.at(place, key=key, near=near, lost=lost, known=shown)


RULE = Rule(
    code="SK219",
    title="the template uses `{key}`, which {lost}{near}",
    why="the operator stops at a key that is not there and writes no Secret; `index` gives an empty "
    "text in its place",
    fix="use a key that is there ({known}), add it to the source or to `expect`, or write "
    '`{{{{ index . "{key}" | default "…" }}}}`; `.{key} | default` does not help',
    source="external-secrets issues 3480 and 3843",
    find=find,
    wrong="""
        db:
          from: vault
          keys: {username: db#username, password: db#password}
          template:
            url: "postgres://{{ .user }}:{{ .password }}@db/app"  # <- SK219
            name: "{{ .username }}"
    """,
    right="""
        db:
          from: vault
          keys: {username: db#username, password: db#password}
          template:
            url: "postgres://{{ .username }}:{{ .password }}@db/app"
            port: '{{ index . "port" | default "5432" }}'
    """,
)
