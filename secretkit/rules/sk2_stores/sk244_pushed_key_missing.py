"""SK244: what is pushed is there."""

from collections.abc import Iterator

from secretkit.finding import Finding, closest
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        counted = secret.counted_keys
        if counted is None or secret.creation_policy in ("Merge", "CreateOrMerge"):
            continue
        for push in secret.push:
            for key, _, _ in push.data:
                if key not in counted:
                    known = ", ".join(f"`{one}`" for one in sorted(counted)) or "none"
                    place = (push.at / key).key
                    near = closest(key, counted)
                    yield RULE.at(place, secret=secret.key, key=key, near=near, known=known)


RULE = Rule(
    code="SK244",
    title="`{secret}` has no key `{key}` to push{near}",
    why="the PushSecret fails as a whole, and none of its keys is written",
    fix="push a key that is there ({known}), or add it to the secret or to `expect`",
    source="External Secrets Operator, PushSecret",
    find=find,
    wrong="""
        token:
          generate: {length: 32}
          push:
            vault:
              token: shop#token  # <- SK244
    """,
    right="""
        token:
          generate: {length: 32}
          push:
            vault:
              password: shop#token
    """,
)
