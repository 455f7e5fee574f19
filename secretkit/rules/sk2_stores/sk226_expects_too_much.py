"""SK226: `expect` does not contradict what is known."""

from collections.abc import Iterator

from secretkit.finding import Finding, closest
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        fetched = secret.fetched_keys
        if fetched is None or not (secret.is_whole and secret.expect):
            continue
        known = fetched | frozenset(secret.template)
        for number, key in enumerate(secret.expect):
            if key not in known:
                shown = ", ".join(f"`{one}`" for one in sorted(known))
                place = secret.at / "expect" / number
                yield RULE.at(place, key=key, near=closest(key, known), known=shown)


RULE = Rule(
    code="SK226",
    title="`expect` counts on `{key}`, which nothing makes{near}",
    why="every key of this secret is known, and that one is not among them",
    fix="drop it, or add it to the source; known: {known}",
    find=find,
    wrong="""
        db:
          from: vault
          keys: {username: db#username, password: db#password}
          expect:
            - username
            - passwort  # <- SK226
    """,
    right="""
        db:
          from: vault
          extract: db
          expect: [username, password]
    """,
)
