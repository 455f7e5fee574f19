"""HashiCorp Vault and OpenBao, KV engine: ESO's `vault`.

`SCHEMA` is the field tree that a VaultDynamicSecret has under `provider`, too.
"""

import base64
from copy import deepcopy
from typing import Any

from secretkit.fragment import (
    Fragment,
    account,
    account_ref,
    ca_ref,
    flag,
    listing,
    mapping,
    record,
    secret_ref,
    text,
    whole,
)
from secretkit.stores import Backend, Settings

ROLE_ARN = "arn:aws:iam::111122223333:role/payments-eso"
MOUNT = "kubernetes"
MOUNTED = "^(?!/?auth/)"
URL = "^(https?|unix)://"


def _mount(method: str, default: str, **annotations: Any) -> Fragment:
    return text(
        f"Where the {method} auth method is mounted, without `auth/`.",
        default=default,
        example=f"{default}-production",
        pattern=MOUNTED,
        **annotations,
    )


def _password_login(method: str, mount: str) -> Fragment:
    return record(
        f"Login with a user name and password ({method}).",
        {
            "path": _mount(method, mount, written=True),
            "username": text("Name of the user.", example="payments"),
            "secretRef": secret_ref("Where the password lies."),
        },
        required=["username", "secretRef"],
        example={
            "username": "payments",
            "secretRef": {"name": "vault-user", "key": "password"},
        },
    )


_APP_ROLE = record(
    "Login with a role ID and a secret ID.",
    {
        "path": _mount("AppRole", "approle", written=True),
        "roleId": text("The role ID itself.", example="00000000-0000-0000-0000-000000000001"),
        "roleRef": secret_ref("Where the role ID lies."),
        "secretRef": secret_ref("Where the secret ID lies."),
    },
    required=["secretRef"],
    exactly_one=["roleId", "roleRef"],
    example={
        "roleRef": {"name": "vault-approle", "key": "role-id"},
        "secretRef": {"name": "vault-approle", "key": "secret-id"},
    },
)

_KUBERNETES = record(
    "Login with the token of a ServiceAccount, the controller's own where none is named.",
    {
        "mountPath": _mount("Kubernetes", MOUNT, written=True),
        "role": text("Vault role to log in as.", example="payments"),
        "serviceAccountRef": account_ref("ServiceAccount whose token is requested."),
        "secretRef": secret_ref("Where a ready token lies.", key_default="token"),
    },
    required=["role"],
    at_most_one=["serviceAccountRef", "secretRef"],
    example={"role": "payments", "serviceAccountRef": {"name": "payments-vault"}},
)

_JWT = record(
    "Login with a JWT.",
    {
        "path": _mount("JWT", "jwt", written=True),
        "role": text("Vault role to log in as; the mount's default if absent.", example="payments"),
        "secretRef": secret_ref("Where the JWT lies."),
        "kubernetesServiceAccountToken": record(
            "Request the JWT from Kubernetes.",
            {
                "serviceAccountRef": account_ref("ServiceAccount whose token is requested."),
                "audiences": listing(
                    "Audiences of the token, `vault` if absent. Deprecated: use "
                    "`serviceAccountRef.audiences`.",
                    text("An audience.", example="vault"),
                    default=["vault"],
                    deprecated=True,
                    example=["vault"],
                ),
                "expirationSeconds": whole(
                    "Life of the token. Deprecated.",
                    default=600,
                    minimum=600,  # Kubernetes issues none shorter
                    deprecated=True,
                    example=600,
                ),
            },
            required=["serviceAccountRef"],
            example={"serviceAccountRef": {"name": "payments-vault", "audiences": ["vault"]}},
        ),
    },
    exactly_one=["secretRef", "kubernetesServiceAccountToken"],
    example={
        "role": "payments",
        "kubernetesServiceAccountToken": {"serviceAccountRef": {"name": "payments-vault"}},
    },
)

_CERT = record(
    "Login with a client certificate.",
    {
        "path": _mount("certificate", "cert", written=True, since="VAULT_CERT_PATH"),
        "vaultRole": text(
            "Vault role to log in as; any that fits the certificate if absent.",
            since="VAULT_CERT_ROLE",
            example="payments",
        ),
        "clientCert": secret_ref("Where the certificate lies."),
        "secretRef": secret_ref("Where its private key lies."),
    },
    required=["clientCert", "secretRef"],
    example={
        "clientCert": {"name": "vault-client", "key": "tls.crt"},
        "secretRef": {"name": "vault-client", "key": "tls.key"},
    },
)

_IAM = record(
    "Login with an AWS identity, that of the controller's pod where none is named.",
    {
        "path": _mount("AWS", "aws"),
        "vaultRole": text("Vault role to log in as.", example="payments"),
        "region": text("AWS region to sign for.", default="us-east-1", example="eu-central-1"),
        "role": text("ARN of an AWS role to assume first.", example=ROLE_ARN),
        "externalID": text("External ID given when the role is assumed.", example="payments-1234"),
        "vaultAwsIamServerID": text(
            "Server ID that the mount demands in a header.", example="vault.example.com"
        ),
        "jwt": record(
            "Take the identity of a ServiceAccount (IRSA).",
            {"serviceAccountRef": account_ref("ServiceAccount with a role's annotation.")},
            required=["serviceAccountRef"],
            example={"serviceAccountRef": {"name": "payments-vault"}},
        ),
        "secretRef": record(
            "Take access keys from a Secret.",
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
    required=["vaultRole"],
    at_most_one=["jwt", "secretRef"],
    example={"vaultRole": "payments", "region": "eu-central-1"},
)

_GCP = record(
    "Login with a Google Cloud identity, that of the controller's pod where none is named.",
    {
        "path": _mount("Google Cloud", "gcp", written=True),
        "role": text("Vault role to log in as.", example="payments"),
        "projectID": text("Project of the identity.", example="acme-production"),
        "location": text("Region of the identity.", example="europe-west1"),
        "secretRef": record(
            "Take a service account key from a Secret.",
            {"secretAccessKeySecretRef": secret_ref("Where the JSON key lies.")},
            required=["secretAccessKeySecretRef"],
            example={"secretAccessKeySecretRef": {"name": "gcp-key", "key": "key.json"}},
        ),
        "workloadIdentity": record(
            "Take the identity of a ServiceAccount (GKE Workload Identity).",
            {
                "serviceAccountRef": account_ref("ServiceAccount with an identity's annotation."),
                "clusterName": text(
                    "Name of the GKE cluster; asked of the metadata server if absent.",
                    example="prod",
                ),
                "clusterLocation": text(
                    "Location of the GKE cluster; asked of the metadata server if absent.",
                    example="europe-west1",
                ),
                "clusterProjectID": text("Project of the GKE cluster.", example="acme-clusters"),
            },
            required=["serviceAccountRef"],
            example={"serviceAccountRef": {"name": "payments-vault"}},
        ),
        "serviceAccountRef": account_ref(
            "A ServiceAccount; ESO takes the identity of its own pod all the same."
        ),
    },
    required=["role"],
    at_most_one=["secretRef", "workloadIdentity", "serviceAccountRef"],
    since="VAULT_GCP_AUTH",
    example={
        "role": "payments",
        "workloadIdentity": {"serviceAccountRef": {"name": "payments-vault"}},
    },
)

_METHODS = {
    "tokenSecretRef": secret_ref("Where a Vault token lies."),
    "appRole": _APP_ROLE,
    "kubernetes": _KUBERNETES,
    "ldap": _password_login("LDAP", "ldap"),
    "userPass": _password_login("userpass", "userpass"),
    "jwt": _JWT,
    "cert": _CERT,
    "iam": _IAM,
    "gcp": _GCP,
}

SCHEMA = record(
    "A store in HashiCorp Vault or OpenBao, KV engine.",
    {
        "server": text("URL of the server.", example="https://vault.example.com:8200", pattern=URL),
        "path": text(
            "Mount of the KV engine and nothing more: ESO adds `data/` itself, so `secret` and "
            "not `secret/data`.",
            example="secret",
        ),
        "version": text(
            "Version of the KV engine.",
            enum=["v1", "v2"],
            default="v2",
            written=True,
            example="v1",
        ),
        "serviceAccount": account(
            "ServiceAccount to log in with, as `role`: short for `auth.kubernetes`."
        ),
        "role": text(
            "Vault role to log in as: short for `auth.kubernetes.role`. Without `serviceAccount` "
            "the controller's own token is used.",
            shortcut=True,
            example="payments",
        ),
        "mountPath": text(
            "Where the Kubernetes auth method is mounted: short for `auth.kubernetes.mountPath`.",
            default=MOUNT,
            shortcut=True,
            example="kubernetes-production",
            pattern=MOUNTED,
        ),
        "auth": record(
            "How ESO logs in to Vault: one method. Without it no login takes place.",
            {
                "namespace": text(
                    "Vault namespace to log in to; that of the store if absent.", example="teams"
                ),
                **_METHODS,
            },
            exactly_one=list(_METHODS),
            example={"tokenSecretRef": {"name": "vault-token", "key": "token"}},
        ),
        "namespace": text("Vault namespace of the secrets (Enterprise).", example="teams/payments"),
        "caBundle": text(
            "Certificates to trust, as PEM text or its base64.", example="LS0tLS1CRUdJTi4="
        ),
        "caProvider": ca_ref("Where the certificates to trust lie, instead of `caBundle`."),
        "tls": record(
            "Client certificate for servers that demand one (mutual TLS).",
            {
                "certSecretRef": secret_ref("Where the certificate lies.", key_default="tls.crt"),
                "keySecretRef": secret_ref("Where its private key lies.", key_default="tls.key"),
            },
            required=["certSecretRef", "keySecretRef"],
            example={
                "certSecretRef": {"name": "vault-client"},
                "keySecretRef": {"name": "vault-client"},
            },
        ),
        "headers": mapping(
            "Headers sent with each request.",
            text("Value of the header.", example="payments"),
            since="VAULT_HEADERS",
            example={"X-Team": "payments"},
        ),
        "readYourWrites": flag("Let replicas (Enterprise) see one's own writes at once."),
        "forwardInconsistent": flag(
            "Forward a read to the leader rather than try again; acts with `readYourWrites` only."
        ),
        "checkAndSet": record(
            "How a PushSecret guards against lost updates. KV v2 only.",
            {"required": flag("Each write says which version it replaces.")},
            since="VAULT_CHECK_AND_SET",
            example={"required": True},
        ),
    },
    required=["server"],
    at_most_one=["caBundle", "caProvider"],
    dependentRequired={"serviceAccount": ["role"], "mountPath": ["role"]},
    example={
        "server": "https://vault.example.com:8200",
        "path": "secret",
        "role": "payments",
        "serviceAccount": "payments-vault",
    },
    misnamed={"mount": "path", "address": "server", "url": "server"},
)


def provider(settings: Settings, account: Settings | None) -> dict[str, Any]:
    """ESO's `vault` object; an account, `role` and `mountPath` become `auth.kubernetes`.

    Without an account that is a login with the controller's own token. PEM text of a CA becomes
    base64, as the CRD wants it.
    """
    fields = deepcopy(dict(settings))
    role = fields.pop("role", None)
    mount = fields.pop("mountPath", None)
    if account or role or mount:
        login: dict[str, Any] = {"mountPath": mount or MOUNT}
        if role:
            login["role"] = role
        if account:
            login["serviceAccountRef"] = deepcopy(dict(account))
        fields["auth"] = {"kubernetes": login}
    if "-----BEGIN" in fields.get("caBundle", ""):
        fields["caBundle"] = base64.b64encode(fields["caBundle"].encode()).decode()
    return fields


BACKEND = Backend(
    name="vault",
    provider_key="vault",
    title="HashiCorp Vault and OpenBao",
    schema=SCHEMA,
    provider=provider,
    shortcuts=("mountPath", "role", "serviceAccount"),
    excludes=("auth",),
    identity=None,
    example="""\
vault:
  server: https://vault.example.com:8200
  path: secret
  role: payments
  serviceAccount: payments-vault
""",
)
