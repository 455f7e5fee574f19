"""SK532: a certificate that seals has not expired."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK532",
    title="the certificate `{cert}` has expired on {day}",
    why="kubeseal refuses it too: its key is old, and whoever has got hold of it opens all that is sealed with it",
    fix="fetch the controller's newest with `kubeseal --fetch-cert`; what was sealed before still opens",
    source="sealed-secrets, pkg/kubeseal: only the end of a certificate's validity is looked at",
    wrong="# not text: a certificate whose validity has ended",
)
