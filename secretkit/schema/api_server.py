"""The two files that the API server itself reads, as strictly as it does, and where it only warns.

No OpenAPI holds them. What a schema cannot say (overlaps of one group, names across blocks) the
rules of `sk4_control_plane` do.
"""

from typing import Any

from secretkit.fragment import DURATION, Fragment, flag, free, listing, record, text
from secretkit.schema.control_plane import GROUP, SOCKET

VERB = "^[a-z]+$"
NAMESPACE = r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
API_GROUP = rf"^(\*|({GROUP})?)$"
AUDITED = r"^(\*|[a-z][-a-z0-9]*)(/(\*|[a-z][-a-z0-9]*))?$"
URL = r"^(\*|/[^*]*\*?)$"
ENCRYPTED = rf"^([a-z][-a-z0-9]*(\.{GROUP})?|\*\.(\*|{GROUP})?)$"
CORE = r"^[^.]+$"
KEY_BYTES = "^(<base64-encoded-32-byte-key>|[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)$"

# Refused by the API server whatever else the file says.
_NEVER = ["apiserveripinfo", "serviceipallocations", "servicenodeportallocations"]
_GONE = r"\.(events\.k8s\.io|extensions)$"


def _form(description: str, pattern: str, example: str, **rest: Any) -> Fragment:
    """A text whose pattern holds without exception: these files know no variables."""
    return {**text(description, example=example, **rest), "pattern": pattern}


def _const(value: str, description: str) -> Fragment:
    return {"type": "string", "const": value, "description": description, "examples": [value]}


def audit_policy() -> Fragment:
    """The file of `--audit-policy-file`."""
    stages = listing(
        "Stages that are not logged. A refused login is logged at ResponseStarted alone.",
        text("A stage.", example="RequestReceived",
             enum=["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"]),
        example=["RequestReceived"], uniqueItems=True,
    )  # fmt: skip
    managed = flag("Bodies are logged without `managedFields`.", default=False)
    return record("What the API server writes into its audit log; the first rule that matches decides.", {
        "apiVersion": _const("audit.k8s.io/v1", "Version of the format."),
        "kind": _const("Policy", "Kind of the file."),
        "metadata": free("Read, and of no effect.", example={"name": "audit"}),
        "omitStages": stages,
        "omitManagedFields": managed,
        "rules": listing("Rules in order; a request that none matches is not logged.",
                         _audit_rule(stages, managed), at_least=1, example=[{"level": "Metadata"}]),
    }, required=["apiVersion", "kind", "rules"],
        example={"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"level": "Metadata"}]})  # fmt: skip


def _audit_rule(stages: Fragment, managed: Fragment) -> Fragment:
    resources = record("Resources of one API group.", {
        "group": _form("The group: empty for the core group, `*` for any.", API_GROUP, "apps", maxLength=253),
        "resources": listing("Resources as `pods`, `pods/exec`, `pods/*`, `*/scale` or `*`; by default all.",
                             _form("A resource.", AUDITED, "pods/exec"), at_least=1, example=["secrets"]),
        "resourceNames": listing("Names of objects, as they stand in the URL; by default all.",
                                 text("A name.", example="api"), at_least=1, example=["api"]),
    }, dependentRequired={"resourceNames": ["resources"]},
        example={"group": "", "resources": ["secrets"]})  # fmt: skip
    return record("One rule: every field that it has must match.", {
        "level": text("How much is logged.", enum=["None", "Metadata", "Request", "RequestResponse"],
                      example="Metadata"),
        "users": listing("Users, exactly; a refused login has none.", text("A user.", example="jane"),
                         at_least=1, example=["system:kube-proxy"]),
        "userGroups": listing("Groups of users, exactly.", text("A group.", example="system:nodes"), at_least=1,
                              example=["system:nodes"]),
        "verbs": listing("Verbs; by default all.", _form("A verb.", VERB, "patch"), at_least=1,
                         example=["update", "patch"]),
        "namespaces": listing("Namespaces; empty for what has none, and for a list over all of them.",
                              _form("A namespace.", NAMESPACE, "production", maxLength=63), at_least=1,
                              example=["production"]),
        "nonResourceURLs": listing("Paths, with `*` as the last character.",
                                   _form("A path.", URL, "/healthz*"), at_least=1, example=["/healthz*"]),
        "resources": listing("Resources by group.", resources, at_least=1,
                             example=[{"group": "", "resources": ["secrets"]}]),
        "omitStages": stages,
        "omitManagedFields": managed,
    }, required=["level"], at_most_one=["nonResourceURLs", "resources|namespaces"],
        example={"level": "Metadata", "resources": [{"group": "", "resources": ["secrets"]}]})  # fmt: skip


def encryption_configuration() -> Fragment:
    """The file of `--encryption-provider-config`."""
    resource = _form("A kind: `secrets`, `widgets.example.com`, `*.` for the core group, `*.*` for all.",
                     ENCRYPTED, "secrets")  # fmt: skip
    resource["not"] = {"anyOf": [{"enum": _NEVER}, {"pattern": _GONE}]}
    resources = listing("What is encrypted, each kind once.", resource, at_least=1, example=["secrets"],
                        uniqueItems=True)  # fmt: skip
    resources["allOf"] = [
        {"if": {"contains": {"const": "*.*"}}, "then": {"maxItems": 1}},
        {"if": {"contains": {"const": "*."}}, "then": {"not": {"contains": {"pattern": CORE}}}},
    ]
    entry = record("One list of kinds, and how they are encrypted.", {
        "resources": resources,
        "providers": listing("The first writes, with its first key; every one can read.", _provider(),
                             at_least=1, example=[{"identity": {}}]),
    }, required=["resources", "providers"],
        example={"resources": ["secrets"], "providers": [{"identity": {}}]})  # fmt: skip
    return record("How the API server encrypts what it stores. It has no metadata.", {
        "apiVersion": _const("apiserver.config.k8s.io/v1", "Version of the format."),
        "kind": _const("EncryptionConfiguration", "Kind of the file."),
        "resources": listing("Lists of kinds; of several that match a kind, the first decides.", entry,
                             at_least=1, example=[entry["examples"][0]]),
    }, required=["apiVersion", "kind", "resources"])  # fmt: skip


def _provider() -> Fragment:
    keys = record("A local provider.", {
        "keys": listing("Keys; the first one writes.", record("A key.", {
            "name": text("Its name, stored with each object.", example="key-20261101-1", minLength=1),
            "secret": _form("Its 32 bytes in base64, or the placeholder.", KEY_BYTES,
                            "<base64-encoded-32-byte-key>"),
        }, required=["name", "secret"],
            example={"name": "key-20261101-1", "secret": "<base64-encoded-32-byte-key>"}),
            at_least=1, example=[{"name": "key-20261101-1", "secret": "<base64-encoded-32-byte-key>"}]),
    }, required=["keys"], example={"keys": [
        {"name": "key-20261101-1", "secret": "<base64-encoded-32-byte-key>"}]})  # fmt: skip
    fields = {
        "identity": record("No encryption.", {}, example={}),
        "kms": _kms(),
        **{
            name: {**keys, "description": about}
            for name, about in (
                ("secretbox", "XSalsa20 and Poly1305."),
                ("aesgcm", "AES in GCM; rotate the key before 200,000 writes."),
                ("aescbc", "AES in CBC, without authentication."),
            )
        },
    }
    return record("One provider.", fields, exactly_one=list(fields), example={"identity": {}})


def _kms() -> Fragment:
    kms = record("A KMS plugin.", {
        "apiVersion": text("Version of the plugin's protocol; without it, v1.", enum=["v1", "v2"], example="v2"),
        "name": text("Its name, stored with each object.", example="aws-kms", minLength=1),
        "endpoint": _form("Its socket.", SOCKET, "unix:///var/run/kmsplugin/socket.sock"),
        "cachesize": {"type": "integer", "not": {"const": 0}, "examples": [1000], "default": 1000,
                      "description": "Data keys that are kept, v1 only; negative keeps none."},
        "timeout": {**_form("How long a call may take: a Go duration above zero.", DURATION, "3s", default="3s"),
                    "not": {"pattern": "^[^1-9]*$"}},
    }, required=["apiVersion", "name", "endpoint", "timeout"], example={
        "apiVersion": "v2", "name": "aws-kms", "endpoint": "unix:///var/run/kmsplugin/socket.sock",
        "timeout": "3s"})  # fmt: skip
    kms["if"] = {"properties": {"apiVersion": {"const": "v2"}}}
    kms["then"] = {
        "not": {"required": ["cachesize"]},
        "properties": {"name": {"pattern": "^[^:]+$"}},
    }
    return kms
