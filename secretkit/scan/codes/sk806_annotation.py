"""SK806: a value in an annotation."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK806",
    title="an annotation of {subject} holds `{key}` in the clear: {what}",
    why="`kubectl apply` copies the whole object into an annotation, so a Secret stands in the "
    "clear there even where `data` was taken away or sealed",
    fix="rotate the value; take the annotation out of the file, and apply with `--server-side`, "
    "which writes none",
    wrong="""\
apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: shop
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"apiVersion": "v1", "kind": "Secret", "stringData": {"password": "hunter2"}}'  # <- SK806
""",
    right="""\
apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: shop
""",
)
