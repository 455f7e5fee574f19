"""Where the keys of a sops file have sops go, and with whose login: what may be asked for it.

A server that gets a token is one that the caller named, or a cloud's own: AWS, Google and Huawei are
reached under names that sops makes of a region or fixes itself, Azure under a URL of the file.
"""

from collections.abc import Iterable, Mapping

from secretkit.lazy import lazily

# Segments of a path of Vault, of which none is `..` and none needs escaping.
_SEGMENT = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}"
_VAULT_PATH = lazily(rf"{_SEGMENT}(?:/{_SEGMENT}){{0,15}}/?")
_VAULT_KEY = lazily(_SEGMENT)
# Microsoft's own names for Key Vault and Managed HSM, in its public and its national clouds.
_AZURE = lazily(
    r"https://[a-z0-9][a-z0-9-]{0,62}\."
    r"(?:(?:vault|managedhsm)\.azure\.(?:net|cn)|(?:vault|managedhsm)\.usgovcloudapi\.net"
    r"|vault\.microsoftazure\.de)(?::443)?/?"
)
_AZURE_NAME = lazily(r"[A-Za-z0-9-]{0,127}")
_AWS_KEY = lazily(
    r"arn:aws[a-z-]{0,20}:kms:[a-z0-9-]{1,30}:[0-9]{1,20}:(?:key|alias)/[\w/-]{1,256}"
)
_AWS_ROLE = lazily(r"(?:arn:aws[a-z-]{0,20}:iam::[0-9]{1,20}:role/[\w+=,.@/-]{1,576})?")
_GOOGLE = lazily(
    r"projects/[\w.:-]{1,99}/locations/[\w-]{1,63}/keyRings/[\w-]{1,63}/cryptoKeys/[\w-]{1,63}"
)
_HUAWEI = lazily(r"[a-z0-9-]{1,30}:[0-9A-Fa-f-]{1,64}")


def elsewhere(keys: Iterable[tuple[str, Mapping[str, str]]], vault: str) -> str | None:
    """What would send a login where the caller has not said; `vault` is their VAULT_ADDR."""
    said = (_problem(kind, fields, vault.rstrip("/")) for kind, fields in keys)
    return next((words for words in said if words), None)


def _problem(kind: str, fields: Mapping[str, str], vault: str) -> str | None:
    def of(name: str) -> str:
        return fields.get(name, "")

    match kind:
        case "hc_vault":
            if not vault or of("vault_address").rstrip("/") != vault:
                return "`vault_address` is not that of VAULT_ADDR"
            if not _VAULT_PATH.fullmatch(of("engine_path")):
                return "`engine_path` is not a plain path of a transit engine"
            if not _VAULT_KEY.fullmatch(of("key_name")):
                return "`key_name` is not the plain name of a key"
        case "azure_kv":
            if not _AZURE.fullmatch(of("vault_url")):
                return "`vault_url` is not a Key Vault under a name of Microsoft's"
            if not (_AZURE_NAME.fullmatch(of("name")) and _AZURE_NAME.fullmatch(of("version"))):
                return "`name` or `version` is not that of a key in Key Vault"
        case "kms":
            if not _AWS_KEY.fullmatch(of("arn")):
                return "`arn` is not that of a key in AWS KMS"
            if not _AWS_ROLE.fullmatch(of("role")):
                return "`role` is not the ARN of a role in AWS"
        case "gcp_kms" if not _GOOGLE.fullmatch(of("resource_id")):
            return "`resource_id` is not that of a key in Google's KMS"
        case "hckms" if not _HUAWEI.fullmatch(of("key_id")):
            return "`key_id` is not that of a key in Huawei's KMS"
    return None
