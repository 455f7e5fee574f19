"""SK802: a placeholder in a Secret."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK802",
    severity="warning",
    title="{subject} holds a placeholder under `{key}`",
    why="whoever applies it makes the placeholder the value, and a known one at that",
    fix="take the Secret out of the repository: an ExternalSecret or a SealedSecret makes it whole",
    wrong="""\
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: shop}
stringData:
  password: changeme  # <- SK802
""",
)
