"""SK06x: what only all stations together can tell."""

from secretkit.finding import Code

NO_INPUT = Code(
    code="SK060",
    title="no secrets.yaml of kind AppSecrets lies here",
    why="an empty success would let a GitOps host prune everything",
    fix="name a file or folder that holds one, or start with `secretkit init`",
    wrong="# not text: `render` of a folder without an input",
)

CODES = (NO_INPUT,)
