"""Google GKE: the cluster's key in Cloud KMS, and the project's Data Access logs.

Source: GKE, application-layer secrets encryption and audit logging; Terraform's
`google_container_cluster` and `google_project_iam_audit_config`.
"""

import re
from collections.abc import Iterator

from secretkit.model.control_plane import Kind
from secretkit.wiring import (
    Block,
    Cloud,
    Expression,
    Part,
    Plan,
    Script,
    Variable,
    Wiring,
    Words,
)

_KEY = re.compile(
    r"projects/[-a-z0-9:.]+/locations/[-a-z0-9]+/keyRings/[-\w]+/cryptoKeys/[-\w]+", re.A
)
_TYPES = ("ADMIN_READ", "DATA_READ", "DATA_WRITE")

_TERRAFORM = """\
Arguments for your google_container_cluster, whatever it is called, and the project's Data Access
logs: without them GKE logs writes alone, and no read of a Secret. The audit config is the only one
of its service, and takes the place of one that is there.
"""
_SCRIPT = """\
The same for a cluster that exists: PROJECT=ID LOCATION=REGION CLUSTER=NAME sh gke.sh
GKE rewrites every Secret itself. Data Access logs have no command of their own: see gke.tf, or the
console's page IAM, Audit Logs, at Kubernetes Engine API.
"""


def parts(plan: Plan) -> Iterator[Part]:
    """Terraform, and the command of `gcloud` where there is a key."""
    blocks = []
    if plan.key is not None:
        encryption = Block("database_encryption", (), {"state": "ENCRYPTED", "key_name": plan.key})
        blocks.append(Block("resource", ("google_container_cluster", "this"), {}, (encryption,)))
    blocks.append(
        Block(
            "resource",
            ("google_project_iam_audit_config", "kubernetes"),
            {"project": Expression("var.project"), "service": "container.googleapis.com"},
            tuple(Block("audit_log_config", (), {"log_type": name}) for name in _TYPES),
        )
    )
    yield Part("gke.tf", _TERRAFORM, tuple(blocks))
    if plan.key is not None:
        command = Words((
            "gcloud", "container", "clusters", "update", Variable("CLUSTER", "name of the cluster"),
            "--location", Variable("LOCATION", "its region or zone"),
            "--project", Variable("PROJECT", "its project"),
            "--database-encryption-key", plan.key,
        ))  # fmt: skip
        yield Part("gke.sh", _SCRIPT, Script((command,)))


WIRING = Wiring(
    parts,
    Cloud(
        title="GKE",
        setting="gcloud container clusters update CLUSTER --database-encryption-key KEY",
        key="the name of a Cloud KMS key, such as "
        "projects/PROJECT/locations/europe-west1/keyRings/RING/cryptoKeys/KEY",
        is_key=lambda name: _KEY.fullmatch(name) is not None,
        kinds=(Kind("", "secrets"),),
        logs="Google's own policy decides: writes always, reads of Secrets once Data Access logs are on",
    ),
    stdout="gke.tf",
)
