"""STSSessionToken: temporary AWS credentials (ESO, generators/v1/sts/sts.go)."""

from secretkit.fragment import account_ref, record, secret_ref, text, whole
from secretkit.generators import Generator

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
    "Temporary AWS credentials of an IAM user, from GetSessionToken.",
    {
        "auth": record(
            "How to log in to AWS; without it the operator's own identity is used. AWS gives "
            "session tokens for long-term credentials only, so `secretRef`.",
            {
                # sts.go refuses it with an error, so that a whole object with it is of no use
                "jwt": record(
                    "Part of the CRD, but refused by this generator.",
                    {"serviceAccountRef": account_ref("ServiceAccount whose token is used.")},
                    example={"serviceAccountRef": {"name": "payments-sts"}},
                ),
                "secretRef": SECRET_REF,
            },
            example={
                "secretRef": {
                    "accessKeyIDSecretRef": {"name": "aws-credentials", "key": "access-key-id"},
                    "secretAccessKeySecretRef": {
                        "name": "aws-credentials",
                        "key": "secret-access-key",
                    },
                }
            },
        ),
        "region": text("AWS region.", example="eu-west-1"),
        "requestParameters": record(
            "Parameters of the call.",
            {
                "serialNumber": text(
                    "Serial number or ARN of the user's MFA device.",
                    example="arn:aws:iam::111122223333:mfa/payments",
                ),
                "sessionDuration": whole(
                    "Life of the credentials in seconds: 900 to 129600, 12 hours without it.",
                    example=3600,
                ),
                "tokenCode": text("Code that the MFA device shows, once.", example="000000"),
            },
            example={"sessionDuration": 3600},
        ),
        "role": text(
            "ARN of a role that is assumed before the call.",
            example="arn:aws:iam::111122223333:role/payments",
        ),
    },
    required=["region"],
)

GENERATOR = Generator(
    kind="STSSessionToken",
    title="Temporary AWS credentials",
    schema=SCHEMA,
    keys=lambda _: ("access_key_id", "expiration", "secret_access_key", "session_token"),
    makes_tokens=True,  # 12 hours, or `sessionDuration`
    since=None,
    example="""\
region: eu-west-1
auth:
  secretRef:
    accessKeyIDSecretRef: {name: aws-credentials, key: access-key-id}
    secretAccessKeySecretRef: {name: aws-credentials, key: secret-access-key}
requestParameters: {sessionDuration: 3600}
""",
)
