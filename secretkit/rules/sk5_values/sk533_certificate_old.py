"""SK533: a certificate that seals is the controller's newest."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK533",
    severity="warning",
    title="the certificate `{cert}` is {days} days old, so the controller has a newer one by default",
    why="the controller makes a key every 30 days; values sealed with an old one open, but lie longer under it",
    fix="fetch the newest with `kubeseal --fetch-cert`, then seal with `--new-cert`",
    source="sealed-secrets, --key-renew-period: 720h",
    wrong="# not text: a certificate that begins more than 30 days ago",
)
