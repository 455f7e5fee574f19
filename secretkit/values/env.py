"""`env`: a variable of the process, except those that hold other people's credentials."""

from secretkit.values import MOST_BYTES, Unreadable, Where, faults

RESERVED = (
    "AWS_", "AZURE_", "GOOGLE_", "VAULT_", "GITHUB_", "ACTIONS_", "CI_", "SOPS_", "ARGOCD_", "KUBE",
    "SECRETKIT_",
)  # fmt: skip


def read(argument: str, where: Where) -> bytes:
    """The bytes of the variable, as the system holds them."""
    if argument.upper().startswith(RESERVED):
        raise Unreadable(faults.RESERVED)
    value = where.environment.get(argument)
    if value is None:
        raise Unreadable(faults.MISSING, what="the variable is not set")
    content = value.encode(errors="surrogateescape")
    if len(content) > MOST_BYTES:
        raise Unreadable(faults.LARGE)
    return content
