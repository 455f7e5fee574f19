"""SK803: a credential in a ConfigMap."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK803",
    title="{subject} holds `{key}` in the clear: {what}",
    why="a ConfigMap is readable to nearly everyone in the namespace, is not encrypted at rest by"
    " the usual rules, and here lies in Git as well",
    fix="rotate the value; keep it in a Secret that an ExternalSecret or a SealedSecret makes, "
    "and let the workload read it from there",
    wrong="""\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop, namespace: shop}
data:
  DB_PASSWORD: hunter2  # <- SK803
""",
    right="""\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop, namespace: shop}
data:
  DB_HOST: db.shop.svc
  DB_PASSWORD_FILE: /run/secrets/db/password
""",
)
