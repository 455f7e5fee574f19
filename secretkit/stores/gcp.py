"""Google Cloud Secret Manager: ESO's `gcpsm`."""

from copy import deepcopy
from typing import Any

from secretkit.fragment import (
    DATA_KEY,
    account,
    account_ref,
    name,
    namespace,
    record,
    secret_ref,
    text,
)
from secretkit.stores import Backend, Settings

_WORKLOAD_IDENTITY = record(
    "Login with the token of a ServiceAccount (GKE Workload Identity).",
    {
        "serviceAccountRef": account_ref(
            "ServiceAccount whose annotation `iam.gke.io/gcp-service-account` names the identity."
        ),
        "clusterName": text(
            "Name of the GKE cluster; asked of the metadata server if absent.", example="prod"
        ),
        "clusterLocation": text(
            "Location of the GKE cluster; asked of the metadata server if absent.",
            example="europe-west1",
        ),
        "clusterProjectID": text(
            "Project of the GKE cluster; `projectID`, or what the metadata server says, if absent.",
            example="acme-clusters",
        ),
    },
    required=["serviceAccountRef"],
    example={"serviceAccountRef": {"name": "payments-eso"}},
)

_FEDERATION = record(
    "Login through a workload identity pool, from clusters outside Google Cloud.",
    {
        "audience": text(
            "The provider of the pool, as full resource name; `credConfig` may hold it instead.",
            example="//iam.googleapis.com/projects/1234/locations/global"
            "/workloadIdentityPools/prod/providers/cluster",
        ),
        "serviceAccountRef": account_ref("ServiceAccount whose token is traded in."),
        "credConfig": record(
            "ConfigMap with an external account configuration as JSON.",
            {
                "name": name("Name of the ConfigMap.", example="gcp-federation"),
                "key": text(
                    "Key within it.", example="config.json", maxLength=253, pattern=DATA_KEY
                ),
                "namespace": namespace(),
            },
            required=["name", "key"],
            ref="ca",  # a ConfigMap of a namespace, under the rules of a CA's
            example={"name": "gcp-federation", "key": "config.json"},
        ),
        "awsSecurityCredentials": record(
            "AWS credentials that are traded in, where AWS has no metadata server.",
            {
                "region": text(
                    "AWS region.", example="us-east-1", pattern=r"^[a-z0-9-]+$", maxLength=50
                ),
                "awsCredentialsSecretRef": record(
                    "Secret with aws_access_key_id, aws_secret_access_key and, for temporary "
                    "ones, aws_session_token.",
                    {
                        "name": name("Name of the Secret.", example="aws-keys"),
                        "namespace": namespace(),
                    },
                    required=["name"],
                    ref="secret",
                    example={"name": "aws-keys"},
                ),
            },
            required=["region", "awsCredentialsSecretRef"],
            example={"region": "us-east-1", "awsCredentialsSecretRef": {"name": "aws-keys"}},
        ),
        "externalTokenEndpoint": text(
            "The token URL that `credConfig` must name: a check, nothing more.",
            example="https://tokens.example.com/v1",
        ),
        "gcpServiceAccountEmail": text(
            "Google service account to act as; wins over `credConfig` and the annotation.",
            pattern=r"^.*@.*\.iam\.gserviceaccount\.com$",
            since="GCP_FEDERATION_EMAIL",
            example="payments@acme-production.iam.gserviceaccount.com",
        ),
    },
    exactly_one=["serviceAccountRef", "credConfig", "awsSecurityCredentials"],
    dependentRequired={
        "serviceAccountRef": ["audience"],
        "awsSecurityCredentials": ["audience"],
    },
    since="GCP_FEDERATION",
    example={"credConfig": {"name": "gcp-federation", "key": "config.json"}},
)

SCHEMA = record(
    "A store in Google Cloud Secret Manager.",
    {
        "projectID": text(
            "Project of the secrets; asked of the metadata server if absent.",
            example="acme-production",
        ),
        "location": text("Region, for regional secrets.", example="europe-west1"),
        "serviceAccount": account(
            "ServiceAccount to log in with: short for `auth.workloadIdentity`.",
            "iam.gke.io/gcp-service-account",
            "payments@my-project.iam.gserviceaccount.com",
        ),
        "auth": record(
            "How ESO logs in to Google Cloud; without it the controller's own identity is used.",
            {
                "secretRef": record(
                    "Login with a service account key from a Secret.",
                    {"secretAccessKeySecretRef": secret_ref("Where the JSON key lies.")},
                    required=["secretAccessKeySecretRef"],
                    example={"secretAccessKeySecretRef": {"name": "gcp-key", "key": "key.json"}},
                ),
                "workloadIdentity": _WORKLOAD_IDENTITY,
                "workloadIdentityFederation": _FEDERATION,
            },
            at_most_one=["secretRef", "workloadIdentity", "workloadIdentityFederation"],
            example={"workloadIdentity": {"serviceAccountRef": {"name": "payments-eso"}}},
        ),
        "secretVersionSelectionPolicy": text(
            "What to do where the latest version is disabled or destroyed: fail, or take the "
            "newest that is not.",
            enum=["LatestOrFail", "LatestOrFetch"],
            default="LatestOrFail",
            written=True,
            since="GCP_VERSION_POLICY",
            example="LatestOrFetch",
        ),
    },
    example={"projectID": "acme-production", "serviceAccount": "payments-eso"},
)


def provider(settings: Settings, account: Settings | None) -> dict[str, Any]:
    """ESO's `gcpsm` object; an account becomes `auth.workloadIdentity`."""
    fields = deepcopy(dict(settings))
    if account:
        fields["auth"] = {"workloadIdentity": {"serviceAccountRef": deepcopy(dict(account))}}
    return fields


BACKEND = Backend(
    name="gcp",
    provider_key="gcpsm",
    title="Google Cloud Secret Manager",
    schema=SCHEMA,
    provider=provider,
    shortcuts=("serviceAccount",),
    excludes=("auth",),
    identity="iam.gke.io/gcp-service-account",
    example="""\
gcp:
  projectID: acme-production
  serviceAccount:
    name: payments-eso
    identity: payments@acme-production.iam.gserviceaccount.com
""",
)
