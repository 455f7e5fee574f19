"""GCRAccessToken: a login of Google's registries (ESO, generators/v1/gcr/gcr.go)."""

from secretkit.fragment import DATA_KEY, account_ref, name, namespace, record, secret_ref, text
from secretkit.generators import Generator

WORKLOAD_IDENTITY = record(
    "Log in by GKE's workload identity.",
    {
        "serviceAccountRef": account_ref("ServiceAccount that acts as the Google account."),
        "clusterLocation": text("Location of the GKE cluster.", example="europe-west1"),
        "clusterName": text("Name of the GKE cluster.", example="production"),
        "clusterProjectID": text(
            "Project of the GKE cluster, where it is not `projectID`.", example="acme-clusters"
        ),
    },
    required=["serviceAccountRef", "clusterLocation", "clusterName"],
    example={
        "serviceAccountRef": {"name": "payments-gcr"},
        "clusterLocation": "europe-west1",
        "clusterName": "production",
    },
)

AWS_CREDENTIALS = record(
    "AWS credentials that are exchanged, where no AWS metadata server can be asked.",
    {
        "awsCredentialsSecretRef": record(
            "Secret with the keys `aws_access_key_id`, `aws_secret_access_key` and, for temporary "
            "credentials, `aws_session_token`.",
            {
                "name": name("Name of the Secret.", example="aws-credentials"),
                "namespace": namespace(),
            },
            required=["name"],
            example={"name": "aws-credentials"},
        ),
        "region": text("AWS region.", pattern=r"^[a-z0-9-]+$", maxLength=50, example="eu-west-1"),
    },
    required=["awsCredentialsSecretRef", "region"],
    example={"awsCredentialsSecretRef": {"name": "aws-credentials"}, "region": "eu-west-1"},
)

FEDERATION = record(
    "Log in through a workload identity pool of Google Cloud.",
    {
        "audience": text(
            "Resource name of the pool's provider; a must with `serviceAccountRef` or "
            "`awsSecurityCredentials`.",
            example="//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/acme"
            "/providers/cluster",
        ),
        "awsSecurityCredentials": AWS_CREDENTIALS,
        "credConfig": record(
            "ConfigMap with Google's credential configuration for external accounts.",
            {
                "name": name("Name of the ConfigMap.", example="gcp-credential-config"),
                "key": text(
                    "Key that holds the JSON.",
                    pattern=DATA_KEY,
                    maxLength=253,
                    example="config.json",
                ),
                "namespace": namespace(),
            },
            required=["name", "key"],
            example={"name": "gcp-credential-config", "key": "config.json"},
        ),
        "externalTokenEndpoint": text(
            "Token URL that the credential configuration is expected to name; another is refused.",
            example="https://tokens.example.com/token",
        ),
        "gcpServiceAccountEmail": text(
            "Google service account to act as, over the one that the configuration or the "
            "ServiceAccount's annotation names.",
            pattern=r"^.*@.*\.iam\.gserviceaccount\.com$",
            since="GCP_FEDERATION_EMAIL",
            example="payments@acme.iam.gserviceaccount.com",
        ),
        "serviceAccountRef": account_ref("ServiceAccount whose token is exchanged."),
    },
    # not in the CRD: TokenSource of ESO refuses anything else
    exactly_one=["serviceAccountRef", "credConfig", "awsSecurityCredentials"],
    dependentRequired={
        "serviceAccountRef": ["audience"],
        "awsSecurityCredentials": ["audience"],
    },
    since="GCP_FEDERATION",
    example={
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/acme"
        "/providers/cluster",
        "serviceAccountRef": {"name": "payments-gcr"},
    },
)

SCHEMA = record(
    "Username and password for Google's container registries.",
    {
        "auth": record(
            "How to log in to Google Cloud; empty for the operator's own identity.",
            {
                "secretRef": record(
                    "Log in by the key of a Google service account.",
                    {"secretAccessKeySecretRef": secret_ref("The service account's JSON key.")},
                    required=["secretAccessKeySecretRef"],  # not in the CRD; ESO reads it unasked
                    example={
                        "secretAccessKeySecretRef": {"name": "gcp-credentials", "key": "key.json"}
                    },
                ),
                "workloadIdentity": WORKLOAD_IDENTITY,
                "workloadIdentityFederation": FEDERATION,
            },
            # not in the CRD: of several NewTokenSource of ESO heeds only the first
            at_most_one=["secretRef", "workloadIdentity", "workloadIdentityFederation"],
            example={
                "secretRef": {
                    "secretAccessKeySecretRef": {"name": "gcp-credentials", "key": "key.json"}
                }
            },
        ),
        "projectID": text("ID of the project that is logged in to.", example="acme-payments"),
    },
    required=["auth", "projectID"],
)

GENERATOR = Generator(
    kind="GCRAccessToken",
    title="Login of Google's container registries",
    schema=SCHEMA,
    keys=lambda _: ("expiry", "password", "username"),
    makes_tokens=True,  # an OAuth access token: `expiry` is its end
    since=None,
    example="""\
projectID: acme-payments
auth:
  workloadIdentity:
    serviceAccountRef: {name: payments-gcr}
    clusterLocation: europe-west1
    clusterName: production
""",
)
