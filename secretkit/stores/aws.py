"""AWS Secrets Manager, Parameter Store and Certificate Manager: ESO's `aws`."""

from copy import deepcopy
from typing import Any

from secretkit.fragment import (
    account,
    account_ref,
    flag,
    listing,
    mapping,
    record,
    secret_ref,
    text,
    whole,
)
from secretkit.stores import Backend, Settings

ROLE = "arn:aws:iam::111122223333:role/payments-eso"

_AUTH = record(
    "How ESO logs in to AWS; without it the controller's own identity is used.",
    {
        "jwt": record(
            "Login with the token of a ServiceAccount (IRSA).",
            {
                "serviceAccountRef": account_ref(
                    "ServiceAccount whose annotation `eks.amazonaws.com/role-arn` names the role."
                ),
            },
            required=["serviceAccountRef"],
            example={"serviceAccountRef": {"name": "payments-eso"}},
        ),
        "secretRef": record(
            "Login with access keys from a Secret.",
            {
                "accessKeyIDSecretRef": secret_ref("Where the access key ID lies."),
                "secretAccessKeySecretRef": secret_ref("Where the secret access key lies."),
                "sessionTokenSecretRef": secret_ref(
                    "Where the session token lies: temporary keys need it."
                ),
            },
            required=["accessKeyIDSecretRef", "secretAccessKeySecretRef"],
            example={
                "accessKeyIDSecretRef": {"name": "aws-keys", "key": "access-key-id"},
                "secretAccessKeySecretRef": {"name": "aws-keys", "key": "secret-access-key"},
            },
        ),
    },
    at_most_one=["jwt", "secretRef"],
    example={"jwt": {"serviceAccountRef": {"name": "payments-eso"}}},
)

SCHEMA = record(
    "A store in AWS.",
    {
        "service": {
            **text(
                "The AWS service that holds the values.",
                enum=["SecretsManager", "ParameterStore", "CertificateManager"],
                example="SecretsManager",
            ),
            "x-since-values": {"CertificateManager": "AWS_CERTIFICATE_MANAGER"},
        },
        "region": text("The AWS region of the service.", example="us-east-1"),
        "serviceAccount": account(
            "ServiceAccount to log in with: short for `auth.jwt`.",
            "eks.amazonaws.com/role-arn",
            ROLE,
        ),
        "auth": _AUTH,
        "role": text("ARN of the role to assume last, after the login.", example=ROLE),
        "additionalRoles": listing(
            "ARNs of roles to assume in this order before `role`.",
            text("ARN of a role.", example=ROLE),
            example=["arn:aws:iam::111122223333:role/hub"],
        ),
        "externalID": text("External ID given when a role is assumed.", example="payments-1234"),
        "sessionTags": listing(
            "Tags of the STS session when a role is assumed.",
            record(
                "A tag.",
                {
                    "key": text("Name of the tag.", example="team"),
                    "value": text("Value of the tag.", example="payments"),
                },
                required=["key", "value"],
                example={"key": "team", "value": "payments"},
            ),
            example=[{"key": "team", "value": "payments"}],
        ),
        "transitiveTagKeys": listing(
            "Names of session tags that pass on to the next role of a chain.",
            text("Name of a tag.", example="team"),
            example=["team"],
        ),
        "sessionTagsPolicy": text(
            "Tags that ESO adds to the session: none; its namespace, store name and store kind; "
            "or those and `customSessionTags`. Needs the permission sts:TagSession.",
            enum=["None", "Simple", "Custom"],
            default="None",
            written=True,
            since="AWS_SESSION_TAGS_POLICY",
            example="Simple",
        ),
        "customSessionTags": mapping(
            "Further session tags, with `sessionTagsPolicy: Custom`.",
            text("Value of the tag.", example="payments"),
            since="AWS_SESSION_TAGS_POLICY",
            example={"team": "payments"},
        ),
        "secretsManager": record(
            "How a PushSecret deletes from Secrets Manager.",
            {
                "forceDeleteWithoutRecovery": flag("Delete at once, with no way back."),
                "recoveryWindowInDays": whole(
                    "Days in which a deleted secret can still be restored; AWS takes 30 itself.",
                    minimum=7,
                    maximum=30,
                    example=14,
                ),
            },
            at_most_one=["forceDeleteWithoutRecovery", "recoveryWindowInDays"],
            example={"recoveryWindowInDays": 14},
        ),
        "prefix": text(
            "Text put before every key, so keys must not repeat it.",
            since="AWS_PREFIX",
            example="production/",
        ),
    },
    required=["service", "region"],
    example={"service": "SecretsManager", "region": "us-east-1", "serviceAccount": "payments-eso"},
)


def provider(settings: Settings, account: Settings | None) -> dict[str, Any]:
    """ESO's `aws` object; an account becomes `auth.jwt`."""
    fields = deepcopy(dict(settings))
    if account:
        fields["auth"] = {"jwt": {"serviceAccountRef": deepcopy(dict(account))}}
    return fields


BACKEND = Backend(
    name="aws",
    provider_key="aws",
    title="AWS Secrets Manager, Parameter Store and Certificate Manager",
    schema=SCHEMA,
    provider=provider,
    shortcuts=("serviceAccount",),
    excludes=("auth",),
    identity="eks.amazonaws.com/role-arn",
    example="""\
aws:
  service: SecretsManager
  region: us-east-1
  serviceAccount:
    name: payments-eso
    identity: "arn:aws:iam::111122223333:role/payments-eso"
""",
)
