"""SK07x: a file of others that kubectl would not take."""

from secretkit.finding import Code

OBJECT = Code(
    code="SK070",
    title="this is no Kubernetes object: {reason}",
    why="kubectl refuses it, and what it should be cannot be told",
    fix="keep only manifests in the file, each with `apiVersion`, `kind` and `metadata`",
    wrong="# not text: a file of workloads with a document that has no `kind`",
)
VALUE = Code(
    code="SK071",
    title="{what} cannot be written as JSON",
    why="kubectl turns YAML into JSON, which does not have it",
    fix="write it as a quoted text, or as a plain number",
    wrong="# not text: a file of workloads with the value `.inf`, or with `!!int` before a text",
)

CODES = (OBJECT, VALUE)
