"""SK603: each object of an app has a file of its own."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK603",
    title="two objects would be written to `{path}`: {one} and {other}",
    why="the file's name is kind and name in lower case, with `-` for `:`, so of the two one would be "
    "lost",
    fix="rename one of them",
    wrong="# not text: `render -o DIR` of two roles, `a:reader` and `a-reader`",
)
