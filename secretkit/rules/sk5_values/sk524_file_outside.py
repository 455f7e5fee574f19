"""SK524: the path of a value's file stays inside the repository.

Judges the text alone; where a path really leads is seen when it is read (SK502).
"""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Value
from secretkit.rules import Rule


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for value in secret.read_values.values():
            problem = _problem(value) if value.source in ("file", "sops") else None
            if problem:
                yield RULE.at(value.at / value.source, key=value.key, problem=problem)


def _problem(value: Value) -> str | None:
    if value.argument.startswith("/"):
        return "has an absolute path"
    if value.argument.startswith("~"):
        return "begins with `~`, which only a shell knows"
    source, _ = value.at.tree.origin(value.at.path)
    depth = source.name.count("/")  # sources are named from the root on, symlinks resolved
    steps = [step for step in value.argument.split("/") if step not in ("", ".")]
    up = next((at for at, step in enumerate(steps) if step != ".."), len(steps))
    return "climbs out of the root by `..`" if up > depth else None


RULE = Rule(
    code="SK524",
    title="the file of `{key}` {problem}",
    why="only files of the repository are read, since a pull request could otherwise have CI read any "
    "file of the machine",
    fix="give a path relative to this file, inside the repository, such as tls/tls.key",
    source="secretkit, values in the clear",
    find=find,
    wrong="""
        tls:
          values:
            ca.crt: {file: /etc/ssl/ca.crt}  # <- SK524
    """,
    right="""
        tls:
          values:
            ca.crt: {file: tls/ca.crt}
    """,
)
