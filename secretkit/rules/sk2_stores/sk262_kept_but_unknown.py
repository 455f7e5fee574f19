"""SK262: which keys of a lease stay is said, so that consumers can be checked."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if secret.leased and secret.keep and secret.template and not secret.expect:
            yield RULE.at((secret.at / "keep").key, secret=secret.key)


RULE = Rule(
    code="SK262",
    severity="info",
    title="nothing says which keys of the engine `{secret}` keeps",
    why="the engine decides at each read, so a mistyped key in a workload or a template would show in "
    "the cluster alone",
    fix="name the keys that are counted on, such as `expect: [username, password]`",
    find=find,
    wrong="""
        db:
          from: vault
          dynamic: {path: database/creds/shop, lease: 2h}
          template: {url: "postgres://{{ .username }}:{{ .password }}@db/app"}
          keep: true  # <- SK262
    """,
    right="""
        db:
          from: vault
          dynamic: {path: database/creds/shop, lease: 2h}
          template: {url: "postgres://{{ .username }}:{{ .password }}@db/app"}
          keep: true
          expect: [username, password]
    """,
)
