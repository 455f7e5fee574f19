"""Secrets of another namespace or cluster: ESO's `kubernetes`."""

import base64
import re
from copy import deepcopy
from typing import Any

from secretkit.fragment import LABEL, account, account_ref, ca_ref, record, secret_ref, text
from secretkit.stores import Backend, Settings

# The API server of the controller's own cluster, by its names inside it.
_IN_CLUSTER = re.compile(r"(https://)?kubernetes\.default(\.svc(\.cluster\.local)?)?(:443)?/?")

SCHEMA = record(
    "A store in Kubernetes: Secrets of another namespace or cluster.",
    {
        "remoteNamespace": text(
            "Namespace to read from. Set it: the default is the namespace named `default`.",
            pattern=LABEL,
            maxLength=63,
            default="default",
            written=True,
            example="shared-secrets",
        ),
        "server": record(
            "The API server to read from.",
            {
                "url": text(
                    "Address of the API server.",
                    default="kubernetes.default",
                    written=True,
                    example="https://cluster.example.com:6443",
                ),
                "caBundle": text(
                    "Certificates to trust, as PEM text or its base64.", example="LS0tLS1CRUdJTi4="
                ),
                "caProvider": ca_ref(
                    "Where the certificates to trust lie; in the same cluster this is "
                    "`kube-root-ca.crt` unless given."
                ),
            },
            at_most_one=["caBundle", "caProvider"],
            example={"url": "https://cluster.example.com:6443"},
        ),
        "serviceAccount": account("ServiceAccount to read with: short for `auth.serviceAccount`."),
        "auth": record(
            "How ESO logs in to the API server.",
            {
                "serviceAccount": account_ref("ServiceAccount whose token is used."),
                "token": record(
                    "Login with a token from a Secret.",
                    {"bearerToken": secret_ref("Where the token lies.")},
                    required=["bearerToken"],
                    example={"bearerToken": {"name": "remote-cluster", "key": "token"}},
                ),
                "cert": record(
                    "Login with a client certificate from Secrets.",
                    {
                        "clientCert": secret_ref("Where the certificate lies."),
                        "clientKey": secret_ref("Where its private key lies."),
                    },
                    required=["clientCert", "clientKey"],
                    example={
                        "clientCert": {"name": "remote-cluster", "key": "tls.crt"},
                        "clientKey": {"name": "remote-cluster", "key": "tls.key"},
                    },
                ),
            },
            exactly_one=["serviceAccount", "token", "cert"],
            example={"serviceAccount": {"name": "payments-eso"}},
        ),
        "authRef": secret_ref("Where a kubeconfig lies, instead of `server` and `auth`."),
    },
    # ESO's BuildRESTConfigFromKubernetesConnection(): a kubeconfig or a login, never both.
    at_least_one=["serviceAccount", "auth", "authRef"],
    at_most_one=["auth|server", "authRef"],
    example={"remoteNamespace": "shared-secrets", "serviceAccount": "payments-eso"},
)


def _in_cluster(server: Settings) -> bool:
    return _IN_CLUSTER.fullmatch(server.get("url", "kubernetes.default")) is not None


def provider(settings: Settings, account: Settings | None) -> dict[str, Any]:
    """ESO's `kubernetes` object; an account becomes `auth.serviceAccount`.

    PEM text of a CA becomes base64, as the CRD wants it. A store in the same cluster that names
    no CA gets that of `kube-root-ca.crt`, which every namespace holds: ESO would trust the
    system's roots alone, and no API server's certificate comes from those.
    """
    fields = deepcopy(dict(settings))
    if account:
        fields["auth"] = {"serviceAccount": deepcopy(dict(account))}
    server = fields.get("server", {})
    if "-----BEGIN" in server.get("caBundle", ""):
        server["caBundle"] = base64.b64encode(server["caBundle"].encode()).decode()
    has_trust = "caBundle" in server or "caProvider" in server or "authRef" in fields
    if not has_trust and _in_cluster(server):
        server["caProvider"] = {"type": "ConfigMap", "name": "kube-root-ca.crt", "key": "ca.crt"}
        fields["server"] = server
    return fields


BACKEND = Backend(
    name="kubernetes",
    provider_key="kubernetes",
    title="Secrets of another namespace or cluster",
    schema=SCHEMA,
    provider=provider,
    shortcuts=("serviceAccount",),
    excludes=("auth", "authRef"),
    identity=None,
    example="""\
kubernetes:
  remoteNamespace: shared-secrets
  serviceAccount: payments-eso
""",
)
