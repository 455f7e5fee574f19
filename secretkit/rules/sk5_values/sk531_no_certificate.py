"""SK531: what is to be sealed with is a certificate of an RSA key."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK531",
    title="`{cert}` {problem}",
    why="values are sealed with RSA by the first PEM certificate of the file, as the controller publishes it",
    fix="take what `kubeseal --fetch-cert` or the controller's `/v1/cert.pem` gives",
    source="sealed-secrets, pkg/kubeseal: the certificate's key must be RSA",
    wrong="# not text: a certificate of an EC key, or a file of a private key",
)
