"""What the cluster runs and which features that brings: one table, no release numbers elsewhere."""

from collections.abc import Mapping
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
    PASSWORD_SECRET_KEYS = ("externalSecrets", (1, 1, 1), "a generator of several passwords")
    PASSWORD_ENCODING = ("externalSecrets", (0, 20, 4), "Password encoding")
    CLUSTER_GENERATOR = ("externalSecrets", (0, 14, 1), "ClusterGenerator")
    VAULT_DYNAMIC_RAW = ("externalSecrets", (0, 14, 1), "resultType Raw")
    VAULT_GET_PARAMETERS = ("externalSecrets", (2, 4, 0), "VaultDynamicSecret getParameters")
    VAULT_AUTH_OPTIONAL = ("externalSecrets", (0, 14, 4), "vault without auth")
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
    TEMPLATE_FINALIZERS = ("externalSecrets", (0, 20, 0), "finalizers of a template")
    TEMPLATE_DECODING = ("externalSecrets", (2, 7, 0), "templateFrom valuesDecodingStrategy")
    TARGET_MANIFEST = ("externalSecrets", (1, 0, 0), "target.manifest")
    SYNC_WINDOWS = ("externalSecrets", (2, 7, 0), "syncWindows")
    PUSH_DATA_TO = ("externalSecrets", (2, 3, 0), "PushSecret dataTo")
    STORE_INTERVAL_TEXT = ("externalSecrets", (2, 8, 0), "refreshInterval of a store as a text")
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
    VOLCENGINE_PROVIDER = ("externalSecrets", (0, 20, 0), "provider volcengine")
    NGROK_PROVIDER = ("externalSecrets", (0, 20, 2), "provider ngrok")
    BARBICAN_PROVIDER = ("externalSecrets", (1, 2, 0), "provider barbican")
    DVLS_PROVIDER = ("externalSecrets", (1, 3, 0), "provider dvls")
    NEBIUS_PROVIDER = ("externalSecrets", (2, 1, 0), "provider nebiusmysterybox")
    OVH_PROVIDER = ("externalSecrets", (2, 3, 0), "provider ovh")
    BEYONDTRUST_PROVIDER = ("externalSecrets", (2, 7, 0), "provider beyondtrustworkloadcredentials")
    OLD_PROVIDERS_GONE = ("externalSecrets", (2, 0, 0), "no providers alibaba and device42")
    KMS_V2 = ("kubernetes", (1, 27, 0), "KMS v2")
    MIGRATION_V1ALPHA1 = ("kubernetes", (1, 30, 0), "storagemigration.k8s.io/v1alpha1")
    MIGRATION_V1BETA1 = ("kubernetes", (1, 35, 0), "storagemigration.k8s.io/v1beta1, v1alpha1 gone")
    MIGRATION_V1 = ("kubernetes", (1, 37, 0), "storagemigration.k8s.io/v1")
    ENCRYPTION_RELOAD = ("kubernetes", (1, 26, 0), "encryption files that are read again")
    KUBEADM_V1BETA4 = ("kubernetes", (1, 31, 0), "kubeadm.k8s.io/v1beta4")


# Fields of the operator's providers that only a verbatim `provider` reaches: first release with them.
PROVIDER_FIELDS: Mapping[str, Version] = {
    "akeyless.authSecretRef.serviceAccountRef": (2, 8, 0),
    "akeyless.ignoreCache": (2, 8, 0),
    "beyondtrust.server.decrypt": (1, 3, 0),
    "conjur.auth.cert": (2, 8, 0),
    "doppler.auth.oidcConfig": (1, 2, 0),
    "dvls.vault": (2, 4, 0),
    "fake.validationResult": (0, 20, 0),
    "github.orgSecretVisibility": (2, 3, 0),
    "gitlab.caBundle": (0, 18, 2),
    "gitlab.caProvider": (0, 18, 2),
    "ibm.auth.secretRef.iamEndpoint": (1, 1, 0),
    "infisical.auth.awsAuthCredentials": (0, 19, 2),
    "infisical.auth.azureAuthCredentials": (0, 18, 2),
    "infisical.auth.gcpIamAuthCredentials": (0, 19, 0),
    "infisical.auth.gcpIdTokenAuthCredentials": (0, 19, 0),
    "infisical.auth.jwtAuthCredentials": (0, 19, 0),
    "infisical.auth.kubernetesAuthCredentials": (0, 19, 2),
    "infisical.auth.ldapAuthCredentials": (0, 19, 0),
    "infisical.auth.ociAuthCredentials": (0, 19, 0),
    "infisical.auth.tokenAuthCredentials": (0, 19, 2),
    "infisical.caBundle": (1, 2, 1),
    "infisical.caProvider": (1, 2, 1),
    "infisical.secretsScope.organizationSlug": (2, 7, 0),
    "keepersecurity.getByTitleFallback": (2, 4, 0),
    "onepasswordSDK.cache": (1, 3, 0),
    "onepasswordSDK.environment": (2, 9, 0),
    "passbolt.caBundle": (2, 4, 1),
    "passbolt.caProvider": (2, 4, 1),
    "pulumi.auth": (2, 5, 0),
    "secretserver.caBundle": (1, 1, 0),
    "secretserver.caProvider": (1, 1, 0),
    "secretserver.domain": (0, 20, 0),
    "secretserver.token": (2, 8, 0),
    "webhook.auth": (0, 16, 2),
    "yandexcertificatemanager.fetching": (0, 20, 0),
    "yandexlockbox.fetching": (0, 20, 0),
}

# The oldest and the newest release of each part that our output was held against.
TRIED: Mapping[str, tuple[Version, Version]] = {
    "externalSecrets": ((0, 15, 0), (2, 9, 0)),
    "kubernetes": ((1, 28, 0), (1, 37, 0)),
}

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
