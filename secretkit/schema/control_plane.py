"""The parts of a file that speak of the API server: audit and encryption at rest."""

from secretkit.fragment import Fragment, flag, listing, record, text

RESOURCE = r"^(\*|[a-z][-a-z0-9]*)(/(\*|[a-z]+))?(\.[-a-z0-9.]+)?$"


def app_audit() -> Fragment:
    """What an app may ask of the audit log of its own namespace."""
    level = text(
        "How much is logged.", enum=["Metadata", "Request", "RequestResponse"], example="Request"
    )
    return record("More detail in the audit log for this app's namespace.", {
        "level": {**level, "enum": ["Metadata"], "default": "Metadata", "examples": ["Metadata"],
                  "description": "Level for every kind; only Metadata, since more would log the bodies of "
                                 "secrets. Use `rules` for more."},
        "rules": listing("Kinds to log in more detail.", record("One rule.", {
            "level": level,
            "resources": listing("Kinds as `resource`, `resource/subresource` or `resource.group`.",
                                 text("A kind.", example="deployments.apps", pattern=RESOURCE), at_least=1,
                                 example=["deployments.apps"]),
            "verbs": listing("Verbs; by default all.", text("A verb.", example="update", enum=[
                "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]), at_least=1,
                example=["update", "patch"]),
            "names": listing("Names of objects; by default all.", text("A name.", example="api"), at_least=1,
                             example=["api"]),
        }, required=["level", "resources"])),
    }, example={"rules": [{"level": "Request", "resources": ["deployments.apps"]}]})  # fmt: skip


def _block() -> dict[str, Fragment]:
    return {
        "provider": text("What encrypts.", enum=["kms", "secretbox", "aesgcm", "aescbc"], example="secretbox"),
        "kms": record("The KMS plugin.", {
            "name": text("Name of the plugin, unique in the file.", example="aws-kms", pattern="^[^:]+$"),
            "endpoint": text("Its socket.", example="unix:///var/run/kmsplugin/socket.sock", pattern="^unix://"),
            "timeout": text("How long a call may take.", default="3s", example="3s"),
        }, required=["name"], example={"name": "aws-kms", "endpoint": "unix:///var/run/kmsplugin/socket.sock"}),
        "keys": listing("Keys of a local provider; their states drive a rotation.", record("One key.", {
            "name": text("Name of the key, never used again after it retires.", example="key-20261101-1",
                         pattern="^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"),
            "state": text("Its turn: `next` can be read, `active` writes, `previous` can still be read.",
                          enum=["next", "active", "previous"], example="active"),
            "from": record("Where `secretkit encryption materialize` reads it on the control-plane host.", {
                "file": text("A file.", example="/etc/kubernetes/keys/key-20261101-1"),
                "env": text("An environment variable.", example="NEW_KEY",
                            pattern="^[A-Za-z_][A-Za-z0-9_]*$"),
            }, exactly_one=["file", "env"], example={"file": "/etc/kubernetes/keys/key-20261101-1"}),
        }, required=["name", "state"]), at_least=1),
    }  # fmt: skip


def encryption() -> Fragment:
    """Encryption at rest. With a platform file or several apps an app's holds `resources` only."""
    return record("Encryption at rest of the API server's objects.", {
        "resources": listing("Kinds as `resource`, `resource.group`, `*.` or `*.*`.",
                             text("A kind.", example="secrets"), at_least=1, example=["secrets"],
                             default=["secrets"]),
        **_block(),
        "readUnencrypted": flag("Objects that are not encrypted yet can be read: identity stands last.",
                                default=False),
        "writeUnencrypted": flag("Objects are written unencrypted: identity stands first. For the first step "
                                 "of enabling and of disabling.", default=False),
        "moveTo": record("A second provider, before its turn to write.", _block(), required=["provider"]),
        "moveFrom": record("A second provider, after its turn to write.", _block(), required=["provider"]),
    }, example={"resources": ["secrets"], "provider": "kms"})  # fmt: skip
