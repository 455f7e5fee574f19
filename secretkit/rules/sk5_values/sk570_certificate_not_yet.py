"""SK570: a certificate that seals is valid already."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK570",
    severity="warning",
    title="the certificate `{cert}` is valid from {day} on, and not before",
    why="a controller's certificate is valid from when it was made: one of the future comes of a wrong "
    "clock, or is none of a controller",
    fix="look at the clock of this machine; else fetch the certificate anew with `kubeseal --fetch-cert`",
    source="sealed-secrets, pkg/kubeseal: only the end of a certificate's validity is looked at",
    wrong="# not text: a certificate whose validity begins tomorrow",
)
