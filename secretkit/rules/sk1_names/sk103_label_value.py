"""SK103: values of labels are short and plain."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.names import LABEL_VALUE
from secretkit.rules import Rule
from secretkit.template_text import is_template
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for place, value in _values(app):
        if len(value) > 63 or not LABEL_VALUE.fullmatch(value):
            yield RULE.at(place, label=place.path[-1])


def _values(app: App) -> Iterator[tuple[Place, str]]:
    for key, value in app.labels.items():
        yield app.at / "metadata" / "labels" / key, value
    for secret in app.secrets.values():
        for key, value in secret.labels.items():
            # Only what an operator makes of a template is the label.
            if not (secret.is_operators and is_template(value)):
                yield secret.at / "labels" / key, value


RULE = Rule(
    code="SK103",
    title="the label `{label}` has a value that Kubernetes refuses",
    why="it takes at most 63 letters, digits, `-`, `_` and `.`, beginning and ending with a letter "
    "or digit",
    fix="shorten it, or make it an annotation, whose value is free",
    source="Kubernetes, IsValidLabelValue",
    find=find,
    wrong="""
        db:
          from: vault
          keys: {password: db#password}
          labels:
            owner: jane@example.com  # <- SK103
    """,
    right="""
        db:
          from: vault
          keys: {password: db#password, user: db#user}
          labels: {owner: "{{ .user }}"}
          annotations: {example.com/owner: jane@example.com}
    """,
)
