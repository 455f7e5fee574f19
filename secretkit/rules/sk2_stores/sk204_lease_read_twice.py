"""SK204: leased credentials come out of one read."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import External, Fetch
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if not isinstance(secret.origin, External):
            continue
        reads: dict[str, list[Fetch]] = defaultdict(list)
        for fetch in (*secret.origin.keys, *secret.origin.fetches):
            store = app.stores.get(fetch.store or "")
            if fetch.remote.get("key") and (store is None or store.vault is not None):
                reads[fetch.remote["key"]].append(fetch)
        for path, fetches in reads.items():
            if is_lease(path):
                yield RULE.at(fetches[0].at, also=[fetch.at for fetch in fetches[1:]], path=path)


def is_lease(path: str) -> bool:
    """Whether a path looks like an engine that makes credentials at each read."""
    steps = path.strip("/").split("/")
    return any(
        pair in (("database", "creds"), ("aws", "creds"), ("aws", "sts"), ("gcp", "token"))
        or pair[1] in ("creds", "static-creds")
        or pair in (("pki", "issue"), ("pki", "sign"), ("ssh", "sign"))
        for pair in pairwise(steps)
    )


RULE = Rule(
    code="SK204",
    title="dynamic credentials are read as a plain key, so username and password would not match",
    why="each key is its own lease: every read makes a new user, and a KV store cannot read an "
    "engine's path at all",
    fix="write `dynamic: {{path: {path}, lease: 1h}}`, with the engine's TTL, and `refresh: 40m` in place "
    "of these keys: the set comes out under the engine's own names, which a `template` can change",
    source="Vault database engine: every read of creds/ROLE creates a user",
    find=find,
    wrong="""
        db:
          from: vault
          keys:
            password: database/creds/app#password  # <- SK204
            username: database/creds/app#username
    """,
    right="""
        db: {from: vault, dynamic: {path: database/creds/app, lease: 2h}, refresh: 30m}
    """,
)
