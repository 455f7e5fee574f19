"""`env`: a variable of the process, except those that hold other people's credentials."""

from secretkit.values import MOST_BYTES, Unreadable, Where, faults

RESERVED = (
    "AWS_", "AZURE_", "GOOGLE_", "VAULT_", "GITHUB_", "ACTIONS_", "CI_", "SOPS_", "ARGOCD_", "KUBE",
    "SECRETKIT_",
)  # fmt: skip


def reserved(name: str) -> str | None:
    """The prefix that reserves a variable, or None where it may be read."""
    return next((prefix for prefix in RESERVED if name.upper().startswith(prefix)), None)


def read(argument: str, where: Where) -> bytes:
    """The bytes of the variable, as the system holds them."""
    if reserved(argument):
        raise Unreadable(faults.RESERVED)
    value = where.environment.get(argument)
    if value is None:
        mend = "set the variable that this line names where `render --allow-plaintext` runs"
        raise Unreadable(faults.MISSING, what="its variable is not set", mend=mend)
    content = value.encode(errors="surrogateescape")
    if len(content) > MOST_BYTES:
        raise Unreadable(faults.LARGE)
    return content
