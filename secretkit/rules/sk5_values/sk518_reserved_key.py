"""SK518: a key of a Secret is one that can be a file."""

from collections.abc import Iterator
from functools import reduce
from operator import getitem

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import External, Generated, Plain, Sealed, Secret
from secretkit.names import is_data_key
from secretkit.rules import Rule
from secretkit.text import Place, has


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for key, place in _keys(secret):
            if not is_data_key(key):
                yield RULE.at(place, key=key)


def _keys(secret: Secret) -> Iterator[tuple[str, Place]]:
    """Every key that the file names, with its place."""
    for key in secret.template:
        yield key, (secret.at / "template" / key).key
    match secret.origin:
        case External() as origin:
            for fetch in origin.keys:
                yield fetch.key or "", fetch.at.key
        case Sealed() as origin:
            for key in origin.data:
                yield key, (origin.at / key).key
        case Plain() as origin:
            for value in origin.values:
                yield value.key, value.at.key
        case Generated() as origin:
            yield from _generated(origin)


def _generated(origin: Generated) -> Iterator[tuple[str, Place]]:
    for listed in (origin.at / "keys", origin.at / origin.kind / "secretKeys"):
        if has(listed.tree.value, listed.path):
            keys = reduce(getitem, listed.path, listed.tree.value)
            yield from ((key, listed / number) for number, key in enumerate(keys))


RULE = Rule(
    code="SK518",
    title="`{key}` cannot be a key of a Secret",
    why="the API server refuses `.` and what begins with `..`, since such names belong to the "
    "kubelet, which mounts keys as files",
    fix="rename it; a single leading dot is fine, as in `.dockerconfigjson`",
    source="Kubernetes, IsConfigMapKey",
    find=find,
    wrong="""
        db:
          from: vault
          keys:
            ..data: shop/db#password  # <- SK518
    """,
    right="""
        db:
          from: vault
          keys:
            .data: shop/db#password
    """,
)
