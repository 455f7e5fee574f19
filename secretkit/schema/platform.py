"""Kind Platform: the contract of `platform.yaml`, what all apps of a repository share."""

from secretkit.fragment import DURATION, LABEL, NAME, Fragment, mapping, name, record, text
from secretkit.schema.app import MODE, annotations, as_patch, labels, store
from secretkit.schema.control_plane import encryption, platform_audit
from secretkit.target import PROVIDERS

VERSION = r"^v?[0-9]+\.[0-9]+(\.[0-9]+)?$"
RANGE = r"^(>=|<=|>|<|==|!=|~=) *[0-9]+(\.[0-9]+)*( *, *(>=|<=|>|<|==|!=|~=) *[0-9]+(\.[0-9]+)*)*$"
CODE = "^SK[0-9]{3}$"
IDENTIFIER = "^[A-Za-z_][A-Za-z0-9_]*$"
NO_VARIABLE = r"^([^$]|\$+[^${])*\$*$"
GIVEN = ("app", "namespace", "env")

_STORE = {
    "vault": {"vault": {"server": "https://vault.example.com", "path": "secret", "role": "${app}"}}
}


def targets() -> Fragment:
    return record("What the clusters run; it decides what is emitted.", {
        "kubernetes": text("Release of Kubernetes.", example="1.34", default="1.34", pattern=VERSION),
        "externalSecrets": text("Release of External Secrets Operator.", example="2.9", default="2.9",
                                pattern=VERSION),
        "provider": text("What runs the control plane. A managed one (eks, gke, aks, openshift) takes no "
                         "control-plane files.", enum=PROVIDERS, example="kubeadm"),
    }, example={"kubernetes": "1.34", "externalSecrets": "2.9", "provider": "kubeadm"})  # fmt: skip


def variables() -> Fragment:
    value = {
        **text("A value; no variable is replaced in it.", example="111122223333"),
        "pattern": NO_VARIABLE,
    }
    return mapping(
        "Variable -> its value, for `${NAME}` in every file of the repository. `app`, `namespace` and "
        "`env` are given.", value, keys={"pattern": IDENTIFIER, "not": {"enum": list(GIVEN)}},
        example={"account": "111122223333"},
    )  # fmt: skip


def defaults() -> Fragment:
    return record("What an app has unless it says otherwise.", {
        "refresh": text("How often the operator reads again: a Go duration, `once`, or `onChange`. It never reaches generators.", example="1h",
                        default="1h", pattern=f"^once$|^onChange$|{DURATION}"),
        "fileMode": text("Mode of mounted files, octal.", example="0440", default="0444", pattern=MODE),
        "labels": labels("on every object of every app and on its Secrets"),
        "annotations": annotations("on every object of every app and on its Secrets"),
    }, example={"refresh": "1h", "fileMode": "0440", "labels": {"team": "core"}})  # fmt: skip


def presets() -> Fragment:
    return mapping(
        "Presets: an app that reads `from` one gets a store of its own, named APP-PRESET. `${app}` is its name.",
        store(), keys={"pattern": NAME, "maxLength": 253}, example=_STORE,
    )  # fmt: skip


def environment() -> Fragment:
    """What differs in one environment. Presets, targets, variables and encryption are merge patches."""
    return record("What differs in one environment.", {
        "namespace": text("Namespace of every app there; it beats the app's own.", example="${app}-staging",
                          pattern=LABEL, maxLength=253),
        "variables": as_patch(variables()),
        "targets": as_patch(targets()),
        "stores": as_patch(presets()),
        "encryption": as_patch(encryption()),
        "sealing": record("How values are sealed for it.", {
            "cert": text("Certificate of its sealed-secrets controller, relative to this file.",
                         example="certs/staging.pem", minLength=1),
        }, example={"cert": "certs/staging.pem"}),
    }, example={"namespace": "${app}-staging", "sealing": {"cert": "certs/staging.pem"}})  # fmt: skip


def policy() -> Fragment:
    return mapping(
        "Code of a rule -> its severity here.",
        text("A severity; `off` silences the rule.", enum=["error", "warning", "info", "off"], example="off"),
        keys={"pattern": CODE}, example={"SK310": "off"},
    )  # fmt: skip


def build() -> Fragment:
    """The schema of Platform, with our annotations."""
    spec = record("What all apps share; every section is optional.", {
        "requires": text("The secretkit that may render.", example=">=0.4,<0.5", pattern=RANGE),
        "targets": targets(),
        "variables": variables(),
        "defaults": defaults(),
        "stores": presets(),
        "environments": mapping("Environment -> what differs there.", environment(), keys={"pattern": LABEL},
                                example={"staging": {"namespace": "${app}-staging"}}),
        "audit": platform_audit(),
        "encryption": encryption(),
        "policy": policy(),
    }, example={"targets": {"kubernetes": "1.34"}, "stores": _STORE})  # fmt: skip
    return record("What all apps of a repository share.", {
        "apiVersion": {"type": "string", "const": "secretkit.dev/v1alpha1",
                       "description": "Version of this format.", "examples": ["secretkit.dev/v1alpha1"]},
        "kind": {"type": "string", "const": "Platform", "description": "Kind of this file.",
                 "examples": ["Platform"]},
        "metadata": record("What the platform is called.", {
            "name": name("Name of the platform.", example="acme"),
        }, required=["name"], example={"name": "acme"}),
        "spec": spec,
    }, required=["apiVersion", "kind", "metadata"], example={
        "apiVersion": "secretkit.dev/v1alpha1", "kind": "Platform", "metadata": {"name": "acme"}})  # fmt: skip
