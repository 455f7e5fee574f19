"""The parts of a file that speak of the API server: audit and encryption at rest."""

from collections.abc import Mapping
from types import MappingProxyType

from secretkit.fragment import LABEL, NAME, Fragment, flag, listing, record, text

GROUP = NAME.removeprefix("^").removesuffix("$")
RESOURCE = rf"^(\*|[a-z][-a-z0-9]*)(/(\*|[a-z]+))?(\.{GROUP})?$"
SOCKET = r"^unix:///[-A-Za-z0-9._~/@+=,:]+$"
PLUGIN = "^[^:]+$|^arn:|^https://"

_AUDIT_RULE = {"level": "Request", "resources": ["services", "ingresses.networking.k8s.io"]}
_KEY = {"name": "key-20261101-1", "state": "active"}
_SECRETBOX = {"provider": "secretbox", "keys": [_KEY]}


def app_audit() -> Fragment:
    """What an app may ask of the audit log of its own namespace."""
    return _audit(
        "More detail in the audit log for this app's namespace.",
        "Kinds to log in more detail; one at Metadata is never logged above it, whatever others ask.",
    )


def platform_audit() -> Fragment:
    """What the platform asks of the audit log, for every namespace."""
    noise = text(
        "What the cluster's own parts do all day, and who is always allowed to. `drop` leaves it out of the "
        "log: probes without a login, leases of the control plane, watches of kube-proxy, events. `dropNodes` "
        "leaves out the heartbeat of nodes as well, and with it that a node was refused another's Node or "
        "lease. `keep` logs all of it.",
        enum=["keep", "drop", "dropNodes"], default="drop", example="keep",
    )  # fmt: skip
    return _audit(
        "What the audit log holds: more detail, in every namespace, and whether its noise.",
        "Kinds to log in more detail; one at Metadata is never logged above it, whatever apps ask.",
        {"noise": noise},
    )


def _audit(
    about: str, about_rules: str, more: Mapping[str, Fragment] = MappingProxyType({})
) -> Fragment:
    level = text(
        "How much is logged of each request: who did what, its body too, or its answer as well.",
        enum=["Metadata", "Request", "RequestResponse"],
        example="Request",
    )
    return record(about, {
        "level": text("Level for every kind; only Metadata, since more would log the bodies of secrets. "
                      "Use `rules` for more.", enum=["Metadata"], default="Metadata", example="Metadata"),
        "rules": listing(about_rules, record("One rule.", {
            "level": level,
            "resources": listing("Kinds as `resource`, `resource/subresource` or `resource.group`.",
                                 text("A kind.", example="ingresses.networking.k8s.io", pattern=RESOURCE),
                                 at_least=1, example=["ingresses.networking.k8s.io"], uniqueItems=True),
            "verbs": listing("Verbs; by default all.", text("A verb.", example="update", enum=[
                "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]), at_least=1,
                example=["update", "patch"], uniqueItems=True),
            "names": listing("Names of objects; by default all.", text("A name.", example="api", minLength=1),
                             at_least=1, example=["api"], uniqueItems=True),
        }, required=["level", "resources"], example=_AUDIT_RULE), example=[_AUDIT_RULE]),
        **more,
    }, example={"rules": [_AUDIT_RULE]})  # fmt: skip


def _block() -> dict[str, Fragment]:
    return {
        "provider": text("What encrypts.", enum=["kms", "secretbox", "aesgcm", "aescbc"], example="secretbox"),
        "kms": record("The KMS plugin.", {
            "name": text("Name of the plugin, unique in the file; on a managed cluster the cloud's key.",
                         example="aws-kms", pattern=PLUGIN),
            "endpoint": text("Its socket on the control-plane host.", pattern=SOCKET,
                             example="unix:///var/run/kmsplugin/socket.sock"),
            "timeout": text("How long a call may take.", default="3s", example="3s"),
        }, required=["name"], example={"name": "aws-kms", "endpoint": "unix:///var/run/kmsplugin/socket.sock"}),
        "keys": listing("Keys of a local provider; their states drive a rotation.", record("One key.", {
            "name": text("Name of the key, never used again after it retires.", example="key-20261101-1",
                         pattern=LABEL, maxLength=63),
            "state": text("Its turn: `next` can be read, `active` writes, `previous` can still be read.",
                          enum=["next", "active", "previous"], example="active"),
            "from": record("Where its bytes lie on the control-plane host. Nothing reads them here: what is rendered "
                           "holds a placeholder, which they replace there.", {
                "file": text("A file.", example="/etc/kubernetes/keys/key-20261101-1", minLength=1),
                "env": text("An environment variable.", example="NEW_KEY",
                            pattern="^[A-Za-z_][A-Za-z0-9_]*$"),
            }, exactly_one=["file", "env"], example={"file": "/etc/kubernetes/keys/key-20261101-1"}),
        }, required=["name", "state"], example=_KEY, secret=["bytes", "data", "key", "secret", "value"]), at_least=1, example=[_KEY]),
    }  # fmt: skip


def encryption() -> Fragment:
    """Encryption at rest. With a platform file or several apps an app's holds `resources` only."""
    fields = {
        "resources": listing("Kinds as `resource`, `resource.group`, `*.` or `*.*`.",
                             text("A kind.", example="secrets", minLength=1), at_least=1, example=["secrets"],
                             default=["secrets"]),
        "except": listing("Kinds that a wildcard of `resources` covers, and that are not encrypted all the same.",
                          text("A kind.", example="events", minLength=1), at_least=1, example=["events"]),
        **_block(),
        "readUnencrypted": flag("Objects that are not encrypted yet can be read: identity stands last.",
                                default=False),
        "writeUnencrypted": flag("Objects are written unencrypted: identity stands first. For the first step "
                                 "of enabling and of disabling.", default=False),
        "moveTo": record("A second provider, before its turn to write.", _block(), required=["provider"],
                         example={"provider": "secretbox", "keys": [{**_KEY, "state": "next"}]}),
        "moveFrom": record("A second provider, after its turn to write.", _block(), required=["provider"],
                           example={"provider": "secretbox", "keys": [{**_KEY, "state": "previous"}]}),
    }  # fmt: skip
    return record(
        "Encryption at rest of the API server's objects.", fields,
        # Alone they would do nothing, and `resources` alone is a demand on the platform.
        dependentRequired={name: ["provider"] for name in fields if name not in ("resources", "provider")},
        example={"resources": ["secrets"], **_SECRETBOX, "readUnencrypted": True},
    )  # fmt: skip
