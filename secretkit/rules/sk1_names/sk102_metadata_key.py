"""SK102: keys of labels and annotations are qualified names."""

from collections.abc import Iterator, Mapping

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.names import is_label_key
from secretkit.rules import Rule
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for place, key, kind in _keys(app):
        # Kubernetes lowers an annotation's key before it looks at it.
        if not is_label_key(key.lower() if kind == "annotation" else key):
            yield RULE.at(place.key, key=key, kind=kind)


def _keys(app: App) -> Iterator[tuple[Place, str, str]]:
    own = [(app.at / "metadata", app.labels, app.annotations)]
    secrets = [(one.at, one.labels, one.annotations) for one in app.secrets.values()]
    for at, labels, annotations in (*own, *secrets):
        yield from _each(at / "labels", labels, "label")
        yield from _each(at / "annotations", annotations, "annotation")
    for store in app.stores.values():
        if store.account and store.says(store.form, "serviceAccount", "annotations"):
            at = store.account.at / "annotations"
            yield from _each(at, store.account.annotations, "annotation")


def _each(at: Place, texts: Mapping[str, str], kind: str) -> Iterator[tuple[Place, str, str]]:
    for key in texts:
        yield at / key, key, kind


RULE = Rule(
    code="SK102",
    title="`{key}` cannot be the key of {kind}s",
    why="the API server refuses the object: a key is a name of at most 63 letters, digits, `-`, `_` "
    "and `.`, with a DNS name and `/` before it if need be",
    fix="rename it, for example `example.com/owner`",
    source="Kubernetes, IsQualifiedName",
    find=find,
    wrong="""
        db:
          from: vault
          keys: {password: db#password}
          labels:
            cost center: "1234"  # <- SK102
          annotations:
            example.com/team/owner: core  # <- SK102
    """,
    right="""
        db:
          from: vault
          keys: {password: db#password}
          labels: {cost-center: "1234"}
          annotations: {example.com/owner: core}
    """,
)
