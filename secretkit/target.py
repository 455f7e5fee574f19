"""What the cluster runs and which features that brings: one table, no release numbers elsewhere."""

from enum import Enum
from typing import NamedTuple, TypeAlias

Version: TypeAlias = tuple[int, int, int]


def version(text: str) -> Version:
    """`1.34`, `v2.9.0` as a tuple that compares; raises ValueError on anything else."""
    parts = text.removeprefix("v").split(".")
    if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(text)
    major, minor, patch = (int(part) for part in (*parts, "0")[:3])
    return major, minor, patch


PARTS = {"externalSecrets": "External Secrets Operator", "kubernetes": "Kubernetes"}


def spelled(release: Version) -> str:
    """`1.34` or `0.20.4`: without a patch release of zero."""
    return ".".join(str(part) for part in (release if release[2] else release[:2]))


def fits(release: str, wanted: str) -> bool:
    """Whether a release satisfies a range such as `>=0.4,<0.5`; raises ValueError on another form."""
    mine = _padded(release)
    for part in wanted.split(","):
        text = part.strip()
        sign = next(
            sign for sign in ("~=", ">=", "<=", "==", "!=", ">", "<") if text.startswith(sign)
        )
        words = text.removeprefix(sign).strip()
        other = _padded(words)
        same_line = mine[: max(words.count("."), 1)] == other[: max(words.count("."), 1)]
        holds = {
            ">=": mine >= other, "<=": mine <= other, "==": mine == other, "!=": mine != other,
            ">": mine > other, "<": mine < other, "~=": mine >= other and same_line,
        }[sign]  # fmt: skip
        if not holds:
            return False
    return True


def _padded(text: str) -> tuple[int, ...]:
    numbers = [int(part) for part in text.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))


class Feature(Enum):
    """A capability: (`externalSecrets` or `kubernetes`, first release that has it, what it is)."""

    ESO_V1 = ("externalSecrets", (0, 16, 0), "external-secrets.io/v1")
    REFRESH_POLICY = ("externalSecrets", (0, 16, 0), "refreshPolicy")
    CONVERSION_DEFAULTS_GONE = ("externalSecrets", (2, 9, 0), "no injected strategies")
    NULL_BYTE_POLICY = ("externalSecrets", (2, 3, 0), "nullBytePolicy")
    NULL_BYTE_DEFAULT_GONE = ("externalSecrets", (2, 7, 0), "no injected nullBytePolicy")
    CREATE_OR_MERGE = ("externalSecrets", (2, 8, 0), "creationPolicy CreateOrMerge")
    PASSWORD_SECRET_KEYS = ("externalSecrets", (1, 1, 1), "Password secretKeys")
    PASSWORD_ENCODING = ("externalSecrets", (0, 20, 4), "Password encoding")
    VAULT_GET_PARAMETERS = ("externalSecrets", (2, 4, 0), "VaultDynamicSecret getParameters")
    VAULT_GCP_AUTH = ("externalSecrets", (1, 1, 0), "vault auth.gcp")
    VAULT_CERT_PATH = ("externalSecrets", (0, 20, 2), "vault auth.cert.path")
    VAULT_CERT_ROLE = ("externalSecrets", (2, 3, 0), "vault auth.cert.vaultRole")
    VAULT_HEADERS = ("externalSecrets", (0, 10, 0), "vault headers")
    VAULT_CHECK_AND_SET = ("externalSecrets", (0, 20, 0), "vault checkAndSet")
    AWS_PREFIX = ("externalSecrets", (0, 10, 0), "aws prefix")
    AWS_SESSION_TAGS_POLICY = ("externalSecrets", (2, 5, 0), "aws sessionTagsPolicy")
    AWS_CERTIFICATE_MANAGER = ("externalSecrets", (2, 8, 0), "aws CertificateManager")
    GCP_FEDERATION = ("externalSecrets", (0, 20, 0), "gcp workloadIdentityFederation")
    GCP_VERSION_POLICY = ("externalSecrets", (0, 20, 2), "gcp secretVersionSelectionPolicy")
    AZURE_CUSTOM_CLOUD = ("externalSecrets", (0, 20, 0), "azure customCloudConfig")
    REWRITE_MERGE = ("externalSecrets", (0, 18, 1), "rewrite merge")
    REWRITE_PRIORITY_POLICY = ("externalSecrets", (0, 20, 2), "rewrite priorityPolicy")
    MFA_GENERATOR = ("externalSecrets", (0, 18, 0), "generator MFA")
    SSHKEY_GENERATOR = ("externalSecrets", (0, 19, 0), "generator SSHKey")
    CLOUDSMITH_GENERATOR = ("externalSecrets", (0, 20, 0), "generator CloudsmithAccessToken")
    BEYONDTRUST_GENERATOR = ("externalSecrets", (2, 7, 0), "generator BeyondTrust")
    GITLAB_GENERATOR = ("externalSecrets", (2, 8, 0), "generator GitlabDeployToken")
    WEBHOOK_AUTH = ("externalSecrets", (0, 16, 2), "Webhook auth")
    SSHKEY_ECDSA = ("externalSecrets", (1, 1, 0), "SSHKey keyType ecdsa")
    GCP_FEDERATION_EMAIL = ("externalSecrets", (2, 5, 0), "gcpServiceAccountEmail")
    GCP_CLUSTER_OPTIONAL = ("externalSecrets", (0, 16, 0), "gcp workload identity without cluster")
    GRAFANA_SECONDS_TO_LIVE = ("externalSecrets", (2, 8, 0), "Grafana secondsToLive")
    ONEPASSWORD_SDK = ("externalSecrets", (0, 17, 0), "provider onepasswordSDK")
    OPENBAO_PROVIDER = ("externalSecrets", (2, 7, 0), "provider openBao")
    CRD_PROVIDER = ("externalSecrets", (2, 8, 0), "provider crd")
    OLD_PROVIDERS_GONE = ("externalSecrets", (2, 0, 0), "no providers alibaba and device42")
    KMS_V2 = ("kubernetes", (1, 27, 0), "KMS v2")


PROVIDERS = ("kubeadm", "k3s", "rke2", "talos", "kops", "eks", "gke", "aks", "openshift")
_MANAGED = frozenset({"eks", "gke", "aks", "openshift"})


class Target(NamedTuple):
    """The releases that output is made for. The defaults hold for v1alpha1 for ever."""

    kubernetes: Version = (1, 34, 0)
    external_secrets: Version = (2, 9, 0)
    provider: str | None = None

    def has(self, feature: Feature) -> bool:
        """Whether the target's release has the feature."""
        part, first, _ = feature.value
        return self.release(part) >= first

    @property
    def is_managed(self) -> bool:
        """Whether the API server's own files are out of reach: a cloud's setting stands for them."""
        return self.provider in _MANAGED

    def release(self, part: str) -> Version:
        """The release of `externalSecrets` or `kubernetes`."""
        return self.kubernetes if part == "kubernetes" else self.external_secrets
