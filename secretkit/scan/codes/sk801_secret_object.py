"""SK801: a Secret in the clear."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK801",
    title="{subject} holds `{key}` in the clear: {what}",
    why="everyone who can read the repository reads it, and base64 hides nothing",
    fix="rotate the value, since it stays in the history; then seal it (`secretkit seal`), or "
    "keep it in a store and let an ExternalSecret fetch it",
    wrong="""\
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: shop}
stringData:
  password: hunter2  # <- SK801
""",
    right="""\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: db, namespace: shop}
spec:
  secretStoreRef: {name: vault, kind: SecretStore}
  target: {name: db}
  data:
  - secretKey: password
    remoteRef: {key: production/shop, property: password}
""",
)
