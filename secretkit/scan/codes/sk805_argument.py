"""SK805: a credential on a command line."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK805",
    title="container `{subject}` has a credential in `{key}`: {what}",
    why="arguments stand in the pod, in the list of processes of its node, and in Git",
    fix="rotate the value; read it from a file or a variable that comes from a Secret: "
    "`--password=$(DB_PASSWORD)`",
    wrong="""\
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: shop}
spec:
  containers:
  - name: shop
    image: shop:1.0
    args:
    - serve
    - --db-password=hunter2  # <- SK805
""",
    right="""\
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: shop}
spec:
  containers:
  - name: shop
    image: shop:1.0
    args:
    - serve
    - --db-password=$(DB_PASSWORD)
""",
)
