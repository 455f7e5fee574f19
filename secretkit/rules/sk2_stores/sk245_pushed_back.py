"""SK245: nothing is pushed to where it is read."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    reads = list(_reads(app))
    for secret in app.secrets.values():
        for push in secret.push:
            for key, remote, part in push.data:
                places = [
                    place
                    for store, read, read_part, place in reads
                    if (store, read) == (push.store, remote)
                    and (part == read_part or None in (part, read_part))
                ]
                if places:
                    yield RULE.at(push.at / key, also=places, remote=remote, store=push.store)


def _reads(app: App) -> Iterator[tuple[str | None, str | None, str | None, Place]]:
    for secret in app.secrets.values():
        for read in secret.reads:
            yield read.store, read.remote.get("key"), read.remote.get("property"), read.at


RULE = Rule(
    code="SK245",
    severity="warning",
    title="`{remote}` of `{store}` is both read and pushed to",
    why="whatever is changed in the store is overwritten by what was read before the change",
    fix="push to another key, or only read this one",
    source="External Secrets Operator, PushSecret: updatePolicy Replace",
    find=find,
    wrong="""
        db:
          from: vault
          keys: {password: shop/db#password}
          push:
            vault:
              password: shop/db#password  # <- SK245
    """,
    right="""
        db:
          from: vault
          keys: {password: shop/db#password}
          push:
            aws:
              password: shop/db#password
    """,
)
