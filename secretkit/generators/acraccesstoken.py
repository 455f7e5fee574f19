"""ACRAccessToken: a login of an Azure container registry (ESO, generators/v1/acr/acr.go)."""

from secretkit.fragment import account_ref, record, secret_ref, text
from secretkit.generators import Generator

SERVICE_PRINCIPAL = record(
    "Log in as a service principal; `tenantId` is then a must.",
    {
        "secretRef": record(
            "Where the service principal's credentials are.",
            {
                "clientId": secret_ref("Client ID of the service principal."),
                "clientSecret": secret_ref("Client secret of the service principal."),
            },
            # the CRD demands neither; acr.go reads both
            required=["clientId", "clientSecret"],
            example={
                "clientId": {"name": "azure-acr", "key": "client-id"},
                "clientSecret": {"name": "azure-acr", "key": "client-secret"},
            },
        ),
    },
    required=["secretRef"],
    example={
        "secretRef": {
            "clientId": {"name": "azure-acr", "key": "client-id"},
            "clientSecret": {"name": "azure-acr", "key": "client-secret"},
        }
    },
)

MANAGED_IDENTITY = record(
    "Log in as a managed identity of the operator's pod.",
    {
        "identityId": text(
            "Client ID or resource ID of the identity, where the pod has more than one.",
            example="00000000-0000-0000-0000-000000000001",
        ),
    },
    example={"identityId": "00000000-0000-0000-0000-000000000001"},
)

WORKLOAD_IDENTITY = record(
    "Log in by federation of a Kubernetes ServiceAccount.",
    {
        "serviceAccountRef": account_ref(
            "ServiceAccount with the annotations `azure.workload.identity/client-id` and "
            "`azure.workload.identity/tenant-id`; without it the operator's own identity.",
        ),
    },
    example={"serviceAccountRef": {"name": "payments-acr"}},
)

SCHEMA = record(
    "Username and password for an Azure container registry.",
    {
        "auth": record(
            "How to log in to Azure.",
            {
                "servicePrincipal": SERVICE_PRINCIPAL,
                "managedIdentity": MANAGED_IDENTITY,
                "workloadIdentity": WORKLOAD_IDENTITY,
            },
            # not in the CRD: acr.go fails on none, and of several heeds only the first
            exactly_one=["servicePrincipal", "managedIdentity", "workloadIdentity"],
            example={"workloadIdentity": {"serviceAccountRef": {"name": "payments-acr"}}},
        ),
        "environmentType": text(
            "Azure cloud whose endpoints are used.",
            default="PublicCloud",
            written=True,
            enum=[
                "PublicCloud",
                "USGovernmentCloud",
                "ChinaCloud",
                "GermanCloud",
                "AzureStackCloud",
            ],
            example="PublicCloud",
        )
        | {"x-since-values": {"AzureStackCloud": "AZURE_CUSTOM_CLOUD"}},
        "registry": text("Host name of the registry, without a scheme.", example="acme.azurecr.io"),
        "scope": text(
            "One repository and the actions on it, without wildcards. Without it the password is "
            "a refresh token with all that the identity may do.",
            example="repository:payments:pull",
        ),
        "tenantId": text(
            "Azure tenant; a must with `servicePrincipal`.",
            example="00000000-0000-0000-0000-000000000002",
        ),
    },
    required=["auth", "registry"],
)

GENERATOR = Generator(
    kind="ACRAccessToken",
    title="Login of an Azure container registry",
    schema=SCHEMA,
    keys=lambda _: ("password", "username"),
    makes_tokens=True,  # access token or refresh token, both end within hours
    since=None,
    example="""\
registry: acme.azurecr.io
scope: repository:payments:pull
auth:
  workloadIdentity:
    serviceAccountRef: {name: payments-acr}
""",
)
