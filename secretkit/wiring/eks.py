"""Amazon EKS: the cluster's own key and log type.

Source: EKS API, EncryptionConfig and UpdateClusterConfig; Terraform's `aws_eks_cluster`.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from secretkit.wiring import REWRITE, Block, Cloud, Part, Plan, Program, Value, Wiring

_KEY = re.compile(
    r"arn:aws[-a-z]*:kms:[-a-z0-9]+:[0-9]{12}:(key/[-A-Za-z0-9]+|alias/[-A-Za-z0-9/_]+)"
)
_PROGRAM = Path(__file__).with_suffix(".sh")

_TERRAFORM = """\
Arguments for your aws_eks_cluster, whatever it is called. A list of log types that is there already
keeps its other members.
"""
_SCRIPT = """\
The same for a cluster that exists: CLUSTER=NAME sh eks.sh, with the region and profile of your aws.
It may be run again: what is so already stays.
"""
_FOR_GOOD = """\
A key cannot be taken off or changed later, and must not be deleted. Without one, EKS from Kubernetes
1.28 on encrypts with a key of AWS's.
"""


def parts(plan: Plan) -> Iterator[Part]:
    """Terraform and the commands of `aws`."""
    arguments: dict[str, Value] = {"enabled_cluster_log_types": ["audit"]}
    blocks: tuple[Block, ...] = ()
    words = {
        "KEY": plan.key or "",
        "LOGGING": _json({"clusterLogging": [{"types": ["audit"], "enabled": True}]}),
        "ENCRYPTION": "",
    }
    if plan.key is not None:
        provider = Block("provider", (), {"key_arn": plan.key})
        blocks = (Block("encryption_config", (), {"resources": ["secrets"]}, (provider,)),)
        asked = [{"resources": ["secrets"], "provider": {"keyArn": plan.key}}]
        words["ENCRYPTION"] = _json(asked)
    head = _FOR_GOOD if plan.key else ""
    cluster = Block("resource", ("aws_eks_cluster", "this"), arguments, blocks)
    yield Part("eks.tf", _TERRAFORM + head, (cluster,))
    rewrite = REWRITE if plan.key else ""
    program = Program(_PROGRAM.read_text(encoding="utf-8"), words)
    yield Part("eks.sh", _SCRIPT + head + rewrite, program)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


WIRING = Wiring(
    parts,
    Cloud(
        title="EKS",
        setting="aws eks associate-encryption-config --cluster-name CLUSTER --encryption-config "
        '\'[{"resources":["secrets"],"provider":{"keyArn":"ARN"}}]\'',
        key="the ARN of a KMS key, such as arn:aws:kms:eu-west-1:111122223333:key/ID",
        is_key=lambda name: _KEY.fullmatch(name) is not None,
        kinds=None,
        logs="AWS's own policy decides, and its log type `audit` goes to CloudWatch once it is on",
    ),
    stdout="eks.tf",
)
