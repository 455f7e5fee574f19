"""SK703: one remote key written twice, by two apps or by one."""

import json
from collections.abc import Iterable, Iterator, Sequence

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.store import Store
from secretkit.names import digest
from secretkit.objects import Object
from secretkit.rules import Fact, Group, Rule


def gather(app: App, objects: Sequence[Object]) -> Iterator[Fact]:  # noqa: ARG001
    for secret in app.secrets.values():
        for push in secret.push:
            store = app.stores.get(push.store)
            for key, remote, part in push.data if store else ():
                assert store is not None
                where = (_backend(app, store), remote, part or "")
                yield Fact(where, (push.at / key).mark, app.name, app.namespace)


def _backend(app: App, store: Store) -> str:
    """What a key is written to, whoever logs in: the provider less its login, or the store's name."""
    if store.is_ref:
        namespace = "" if store.is_cluster else app.namespace
        return digest(json.dumps([store.kind, namespace, store.name]))
    bare = {
        name: {field: value for field, value in settings.items() if field not in ("auth", "role")}
        for name, settings in store.provider.items()
    }
    return digest(json.dumps(bare, sort_keys=True))


def judge(groups: Iterable[Group]) -> Iterator[Finding]:
    for first, *others in groups:
        for other in others:
            is_own = (first.app, first.namespace) == (other.app, other.namespace)
            by = "another push of this app" if is_own else f"`{first.app}`"
            yield RULE.at(other.mark, also=[first.mark], remote=first.key[1], by=by)


RULE = Rule(
    code="SK703",
    title="`{remote}` is written by {by} as well",
    why="each pushes at its own refresh, so the remote value goes back and forth",
    fix="push it from one Secret alone",
    gather=gather,
    judge=judge,
    wrong="# not text: two apps that push to one remote key of one backend",
)
