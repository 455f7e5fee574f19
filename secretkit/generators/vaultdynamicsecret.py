"""VaultDynamicSecret: one read of a Vault engine (ESO, generators/v1/vaultdynamic/vault.go).

`dynamic` on a secret makes it from the secret's store; this form is for a Vault without a store.
"""

from secretkit.fragment import flag, free, listing, mapping, record, text, whole
from secretkit.generators import Generator
from secretkit.stores.vault import SCHEMA as VAULT

# The generator has the store's provider tree without our shortcuts.
PROVIDER = {
    **VAULT,
    "description": "The Vault server and the login there.",
    "examples": [
        {
            "server": "https://vault.example.com:8200",
            "auth": {
                "kubernetes": {
                    "mountPath": "kubernetes",
                    "role": "payments",
                    "serviceAccountRef": {"name": "payments-vault"},
                }
            },
        }
    ],
    "properties": {
        name: field
        for name, field in VAULT["properties"].items()
        if name not in ("role", "mountPath", "serviceAccount")
    },
}
PROVIDER.pop("dependentRequired", None)

SCHEMA = record(
    "Credentials from one read of a Vault engine.",
    {
        "path": text("Full API path, without `/v1/`.", example="database/creds/payments"),
        "provider": PROVIDER,
        "method": text("HTTP method; empty or GET reads.", default="GET", example="POST"),
        "parameters": free("Body of a write.", example={"ttl": "1h"}),
        "getParameters": mapping(
            "Query of a GET.",
            listing("Values.", text("A value.", example="eu"), example=["eu"]),
            example={"region": ["eu"]},
            since="VAULT_GET_PARAMETERS",
        ),
        "resultType": text(
            "Which part of the answer becomes keys.",
            enum=["Data", "Auth", "Raw"],
            default="Data",
            written=True,
            example="Auth",
        )
        | {"x-since-values": {"Raw": "VAULT_DYNAMIC_RAW"}},
        "allowEmptyResponse": flag(
            "An answer without data is no error.", default=False, written=True
        ),
        "retrySettings": record(
            "How often a failed request is tried again.",
            {
                "maxRetries": whole("Number of retries.", example=5),
                "retryInterval": text("Pause between them.", example="10s"),
            },
            example={"maxRetries": 5},
        ),
        "controller": text("Class of the controller that acts on it.", example="main"),
    },
    required=["path", "provider"],
)

GENERATOR = Generator(
    kind="VaultDynamicSecret",
    title="Leased credentials of a Vault engine",
    schema=SCHEMA,
    keys=lambda spec: None,  # noqa: ARG005  # what an engine answers is its own affair
    makes_tokens=True,
    since=None,
    example="""\
path: database/creds/payments
provider:
  server: https://vault.example.com:8200
  auth: {kubernetes: {role: payments, serviceAccountRef: {name: payments-vault}}}
""",
)
