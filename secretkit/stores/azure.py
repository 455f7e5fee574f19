"""Azure Key Vault: ESO's `azurekv`."""

from copy import deepcopy
from typing import Any

from secretkit.fragment import account, account_ref, flag, record, secret_ref, text
from secretkit.stores import Backend, Settings

TENANT = "00000000-0000-0000-0000-000000000001"
CLIENT = "00000000-0000-0000-0000-000000000002"

_CLOUDS = ("PublicCloud", "USGovernmentCloud", "ChinaCloud", "GermanCloud", "AzureStackCloud")

_CREDENTIALS = record(
    "Identity from Secrets: a service principal, or client and tenant of a workload identity.",
    {
        "clientId": secret_ref("Where the client ID lies."),
        "clientSecret": secret_ref("Where the client secret of a service principal lies."),
        "clientCertificate": secret_ref(
            "Where the certificate and key of a service principal lie, instead of a secret."
        ),
        "tenantId": secret_ref("Where the tenant ID of a workload identity lies."),
    },
    required=["clientId"],
    at_most_one=["clientSecret", "clientCertificate"],
    example={
        "clientId": {"name": "azure-principal", "key": "client-id"},
        "clientSecret": {"name": "azure-principal", "key": "client-secret"},
    },
)

_CLOUD = record(
    "Endpoints of a private or sovereign cloud. Needs `useAzureSDK: true`.",
    {
        "activeDirectoryEndpoint": text(
            "URL to log in at.", example="https://login.cloud.example.com/"
        ),
        "keyVaultEndpoint": text(
            "URL of the Key Vault service.", example="https://vault.cloud.example.com/"
        ),
        "keyVaultDNSSuffix": text(
            "Domain that the names of vaults end in.", example="vault.cloud.example.com"
        ),
        "resourceManagerEndpoint": text(
            "URL of the Resource Manager.", example="https://management.cloud.example.com/"
        ),
    },
    required=["activeDirectoryEndpoint"],
    since="AZURE_CUSTOM_CLOUD",
    example={"activeDirectoryEndpoint": "https://login.cloud.example.com/"},
)

SCHEMA = record(
    "A store in Azure Key Vault.",
    {
        "vaultUrl": text("URL of the vault.", example="https://payments.vault.azure.net"),
        "serviceAccount": account(
            "ServiceAccount to log in with: short for `authType: WorkloadIdentity` and "
            "`serviceAccountRef`.",
            "azure.workload.identity/client-id",
            "00000000-0000-0000-0000-000000000002",
        ),
        "authType": text(
            "How ESO logs in to Azure.",
            enum=["ServicePrincipal", "ManagedIdentity", "WorkloadIdentity"],
            default="ServicePrincipal",
            written=True,
            example="WorkloadIdentity",
        ),
        "tenantId": text("Tenant of the identity; a ServicePrincipal needs it.", example=TENANT),
        "authSecretRef": _CREDENTIALS,
        "serviceAccountRef": account_ref(
            "ServiceAccount of a WorkloadIdentity; without it the controller's own identity."
        ),
        "identityId": text(
            "Client ID of the ManagedIdentity, where the pod has several.", example=CLIENT
        ),
        "environmentType": {
            **text(
                "The Azure cloud; AzureStackCloud needs `customCloudConfig`.",
                enum=_CLOUDS,
                default="PublicCloud",
                written=True,
                example="USGovernmentCloud",
            ),
            "x-since-values": {"AzureStackCloud": "AZURE_CUSTOM_CLOUD"},
        },
        "useAzureSDK": flag(
            "Use Azure's newer library, which custom clouds need.",
            default=False,
            written=True,
            since="AZURE_CUSTOM_CLOUD",
        ),
        "customCloudConfig": _CLOUD,
    },
    required=["vaultUrl"],
    at_most_one=["serviceAccountRef", "identityId"],
    example={"vaultUrl": "https://payments.vault.azure.net", "serviceAccount": "payments-eso"},
)


def provider(settings: Settings, account: Settings | None) -> dict[str, Any]:
    """ESO's `azurekv` object; an account becomes a WorkloadIdentity."""
    fields = deepcopy(dict(settings))
    if account:
        fields["authType"] = "WorkloadIdentity"
        fields["serviceAccountRef"] = deepcopy(dict(account))
    return fields


BACKEND = Backend(
    name="azure",
    provider_key="azurekv",
    title="Azure Key Vault",
    schema=SCHEMA,
    provider=provider,
    shortcuts=("serviceAccount",),
    excludes=("authType", "serviceAccountRef", "authSecretRef", "identityId"),
    identity="azure.workload.identity/client-id",
    example="""\
azure:
  vaultUrl: https://payments.vault.azure.net
  tenantId: 00000000-0000-0000-0000-000000000001
  serviceAccount:
    name: payments-eso
    identity: 00000000-0000-0000-0000-000000000002
""",
)
