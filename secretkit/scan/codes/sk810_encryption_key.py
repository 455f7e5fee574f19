"""SK810: a key of the encryption at rest."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK810",
    title="{subject} holds the bytes of `{key}`",
    why="with them a copy of etcd opens, backups too",
    fix="make a new key and rewrite all objects (`secretkit encryption rotate`); bytes belong on "
    "the control plane's hosts alone (`secretkit encryption materialize`)",
    file="encryption.yaml",
    wrong="""\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - secretbox:
      keys:
      - name: key-1
        secret: hunter2  # <- SK810
  - identity: {}
""",
    right="""\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - secretbox:
      keys:
      - name: key-1
        secret: <base64-encoded-32-byte-key>
  - identity: {}
""",
)
