"""SK812: a private key or a keystore as a file."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK812",
    title="{subject} is {what}",
    why="whoever reads the repository can act as its owner",
    fix="revoke the key or certificate and issue a new one; keep it in a store, or let "
    "cert-manager make it in the cluster",
    file="tls.key",
    wrong="""\
# not text: a file `tls.key` with a private key, or a keystore such as `client.p12`
""",
)
