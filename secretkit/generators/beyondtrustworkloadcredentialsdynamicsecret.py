"""BeyondtrustWorkloadCredentialsDynamicSecret: short-lived cloud credentials from BeyondTrust.

Source: ESO, generators/v1/beyondtrustworkloadcredentials/beyondtrustworkloadcredentials.go.
"""

from secretkit.fragment import ca_ref, record, secret_ref, text, whole
from secretkit.generators import Generator

BASE64 = r"^[A-Za-z0-9+/=\s]+$"
DURATION = r"^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$"  # Go's, as the CRD's code parses it

AUTH = record(
    "How to log in to the Workload Credentials API.",
    {
        "apikey": record(
            "Log in by an API key.",
            {"token": secret_ref("Key of a Secret that holds the API key.")},
            required=["token"],
            example={"token": {"name": "beyondtrust", "key": "api-key"}},
        ),
    },
    required=["apikey"],
    example={"apikey": {"token": {"name": "beyondtrust", "key": "api-key"}}},
)

SERVER = record(
    "Where the API is.",
    {
        "apiUrl": text("URL of the API.", example="https://api.beyondtrust.example.com"),
        "siteId": text("ID of the site.", example="00000000-0000-0000-0000-000000000003"),
    },
    required=["apiUrl", "siteId"],
    example={
        "apiUrl": "https://api.beyondtrust.example.com",
        "siteId": "00000000-0000-0000-0000-000000000003",
    },
)

PROVIDER = record(
    "The connection, and which dynamic secret is asked for.",
    {
        "auth": AUTH,
        "caBundle": text(
            "Certificate authorities of the server: base64 of their PEM.",
            pattern=BASE64,
            example="LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==",
        ),
        "caProvider": ca_ref("Certificate authorities of the server, kept in the cluster."),
        "folderPath": text(
            "Path of the dynamic secret's definition, its folders first.",
            example="production/aws-temp",
        ),
        "server": SERVER,
    },
    # the CRD leaves folderPath free, since stores have it too; the generator fails without it
    required=["auth", "folderPath", "server"],
    example={
        "auth": {"apikey": {"token": {"name": "beyondtrust", "key": "api-key"}}},
        "folderPath": "production/aws-temp",
        "server": {
            "apiUrl": "https://api.beyondtrust.example.com",
            "siteId": "00000000-0000-0000-0000-000000000003",
        },
    },
)

SCHEMA = record(
    "Leased credentials of a dynamic secret that BeyondTrust Workload Credentials defines.",
    {
        "controller": text("Class of the operator that serves this generator.", example="dev"),
        "provider": PROVIDER,
        # no code of ESO 2.9 reads these
        "retrySettings": record(
            "Retries of requests that failed; ESO does not heed them, up to 2.9 at least.",
            {
                "maxRetries": whole("Number of retries.", example=5),
                "retryInterval": text("Wait between two tries.", pattern=DURATION, example="10s"),
            },
            example={"maxRetries": 5, "retryInterval": "10s"},
        ),
    },
    required=["provider"],
)

GENERATOR = Generator(
    kind="BeyondtrustWorkloadCredentialsDynamicSecret",
    title="Short-lived cloud credentials from BeyondTrust",
    schema=SCHEMA,
    # accessKeyId, expiration, leaseId and secretAccessKey always, sessionToken only where the
    # server sends one: the set depends on the answer
    keys=lambda _: None,
    makes_tokens=True,  # leased: `expiration` is one of the keys
    since="BEYONDTRUST_GENERATOR",
    example="""\
provider:
  auth:
    apikey:
      token: {name: beyondtrust, key: api-key}
  folderPath: production/aws-temp
  server:
    apiUrl: https://api.beyondtrust.example.com
    siteId: 00000000-0000-0000-0000-000000000003
""",
)
