"""SK816: a literal of ours that is secret."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK816",
    title="{subject} has `{key}` as a literal: {what}",
    why="a literal is for what is not secret: it lies in Git",
    fix="rotate the value; then keep it in a store (`from`), seal it (`secretkit seal`), or read "
    "it when rendering (`env`, `file`, `sops`)",
    file="secrets.yaml",
    wrong="""\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: shop}
spec:
  secrets:
    db:
      values:
        password: {literal: hunter2}  # <- SK816
""",
    right="""\
apiVersion: secretkit.dev/v1alpha1
kind: AppSecrets
metadata: {name: shop, namespace: shop}
spec:
  secrets:
    db:
      values:
        password: {env: DB_PASSWORD}
""",
)
