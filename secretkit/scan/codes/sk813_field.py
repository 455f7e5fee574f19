"""SK813: a credential in another field."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK813",
    severity="warning",
    title="{subject} holds `{key}` in the clear: {what}",
    why="it lies in Git for everyone who can read the repository",
    fix="rotate the value; most operators take a reference to a Secret in its place "
    "(`passwordSecretRef`, `basicAuth.password.name`, `valuesFrom`)",
    wrong="""\
apiVersion: example.com/v1
kind: Database
metadata: {name: shop, namespace: shop}
spec:
  admin:
    password: hunter2  # <- SK813
""",
    right="""\
apiVersion: example.com/v1
kind: Database
metadata: {name: shop, namespace: shop}
spec:
  admin:
    passwordSecretRef: {name: shop-admin, key: password}
""",
)
