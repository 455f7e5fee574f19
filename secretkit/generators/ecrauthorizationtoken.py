"""ECRAuthorizationToken: a login of Amazon's registries (ESO, generators/v1/ecr/ecr.go)."""

from secretkit.fragment import account_ref, record, secret_ref, text
from secretkit.generators import Generator, Settings

SECRET_REF = record(
    "Static AWS credentials, kept in the cluster.",
    {
        "accessKeyIDSecretRef": secret_ref("The access key ID."),
        "secretAccessKeySecretRef": secret_ref("The secret access key."),
        "sessionTokenSecretRef": secret_ref("The session token of temporary credentials."),
    },
    # the CRD demands neither; credsFromSecretRef of ESO reads both
    required=["accessKeyIDSecretRef", "secretAccessKeySecretRef"],
    example={
        "accessKeyIDSecretRef": {"name": "aws-credentials", "key": "access-key-id"},
        "secretAccessKeySecretRef": {"name": "aws-credentials", "key": "secret-access-key"},
    },
)

SCHEMA = record(
    "Username and password for Amazon ECR, good for 12 hours.",
    {
        "auth": record(
            "How to log in to AWS; without it the operator's own identity is used.",
            {
                "jwt": record(
                    "Log in by a ServiceAccount's token (IRSA).",
                    {
                        "serviceAccountRef": account_ref(
                            "ServiceAccount with the annotation `eks.amazonaws.com/role-arn`.",
                        ),
                    },
                    required=["serviceAccountRef"],  # not in the CRD; ESO reads its name unasked
                    example={"serviceAccountRef": {"name": "payments-ecr"}},
                ),
                "secretRef": SECRET_REF,
            },
            at_most_one=["jwt", "secretRef"],  # not in the CRD: of both ESO heeds only secretRef
            example={"jwt": {"serviceAccountRef": {"name": "payments-ecr"}}},
        ),
        "region": text(
            "AWS region; public registries are served in us-east-1 alone.", example="eu-west-1"
        ),
        "role": text(
            "ARN of a role that is assumed before the call.",
            example="arn:aws:iam::111122223333:role/payments-ecr",
        ),
        "scope": text(
            "`public` for public.ecr.aws; anything else for the account's private registry.",
            default="private",
            example="public",
        ),
    },
    required=["region"],
)


def keys(spec: Settings) -> tuple[str, ...]:
    if spec.get("scope") == "public":  # fetchECRPublicToken knows no endpoint
        return "expires_at", "password", "username"
    return "expires_at", "password", "proxy_endpoint", "username"


GENERATOR = Generator(
    kind="ECRAuthorizationToken",
    title="Login of Amazon ECR",
    schema=SCHEMA,
    keys=keys,
    makes_tokens=True,  # 12 hours
    since=None,
    example="""\
region: eu-west-1
auth:
  jwt:
    serviceAccountRef: {name: payments-ecr}
""",
)
