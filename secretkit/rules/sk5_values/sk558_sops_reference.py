"""SK558: a reference to a sops file can be read."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for value in secret.read_values.values():
            if value.source != "sops":
                continue
            from secretkit.values.sops import problem

            said = problem(value.argument, *value.rest)
            if said:
                yield RULE.at(value.at / "sops", key=value.key, problem=said)


RULE = Rule(
    code="SK558",
    title="the sops reference of `{key}` {problem}",
    why="of YAML, JSON, .env and .ini a text at a path is read; a file of any other name is binary to "
    "sops, and read as a whole",
    fix='write FILE#a.b, a key with dots in double quotes (`FILE#stringData."tls.crt"`), or FILE alone '
    "for a binary file",
    source="sops, formats by file name",
    find=find,
    wrong="""
        db:
          values:
            password: {sops: secrets.enc.yaml}  # <- SK558
    """,
    right="""
        db:
          values:
            password: {sops: secrets.enc.yaml#db.password}
    """,
)
