"""SK804: a credential in a variable of a container."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK804",
    title="container `{subject}` has the variable `{key}` in the clear: {what}",
    why="everyone who may see the pod sees the value, and so does Git",
    fix="rotate the value; take it from a Secret: `valueFrom: {{secretKeyRef: {{name: NAME, key: "
    "KEY}}}}`, or mount it as a file",
    wrong="""\
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: shop}
spec:
  containers:
  - name: shop
    image: shop:1.0
    env:
    - name: DB_PASSWORD
      value: hunter2  # <- SK804
""",
    right="""\
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: shop}
spec:
  containers:
  - name: shop
    image: shop:1.0
    env:
    - name: DB_PASSWORD
      valueFrom:
        secretKeyRef: {name: db, key: password}
""",
)
