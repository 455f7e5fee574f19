"""SK817: what stands where ciphertext should."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK817",
    title="{subject} has under `{key}` what is no ciphertext: it {what}",
    why="it may be a value in the clear that somebody forgot to seal; in any case the controller "
    "cannot open it",
    fix="if it is a value, rotate it; then seal it (`secretkit seal`, `kubeseal --raw`) and copy "
    "the whole line",
    wrong="""\
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: db, namespace: shop}
spec:
  encryptedData:
    password: hunter2  # <- SK817
""",
)
