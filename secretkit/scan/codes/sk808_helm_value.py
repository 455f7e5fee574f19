"""SK808: a credential among the values of a chart."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK808",
    title="{subject} holds `{key}` in the clear: {what}",
    why="values of a chart lie in Git, and in the release's own Secret in the cluster beside",
    fix="rotate the value; use the chart's `existingSecret` or its like, with a Secret that an "
    "ExternalSecret or a SealedSecret makes",
    file="values.yaml",
    wrong="""\
postgresql:
  auth:
    username: shop
    password: hunter2  # <- SK808
""",
    right="""\
postgresql:
  auth:
    username: shop
    existingSecret: shop-postgresql
""",
)
