"""Amazon EKS: the cluster's own key and log type.

Source: EKS API, EncryptionConfig and UpdateClusterConfig; Terraform's `aws_eks_cluster`.
"""

import json
import re
from collections.abc import Iterator

from secretkit.wiring import Block, Cloud, Part, Plan, Script, Value, Variable, Wiring, Words

_KEY = re.compile(
    r"arn:aws[-a-z]*:kms:[-a-z0-9]+:[0-9]{12}:(key/[-A-Za-z0-9]+|alias/[-A-Za-z0-9/_]+)"
)
_CLUSTER = Variable("CLUSTER", "name of the cluster")

_TERRAFORM = """\
Arguments for your aws_eks_cluster, whatever it is called. A list of log types that is there already
keeps its other members.
"""
_SCRIPT = """\
The same for a cluster that exists: CLUSTER=NAME sh eks.sh, with the region and profile of your aws.
"""
_FOR_GOOD = """\
A key cannot be taken off or changed later, and must not be deleted. Without one, EKS from Kubernetes
1.28 on encrypts with a key of AWS's.
"""


def parts(plan: Plan) -> Iterator[Part]:
    """Terraform and the commands of `aws`."""
    arguments: dict[str, Value] = {"enabled_cluster_log_types": ["audit"]}
    blocks: tuple[Block, ...] = ()
    logging = {"clusterLogging": [{"types": ["audit"], "enabled": True}]}
    commands = [_aws("update-cluster-config", "--name", "--logging", logging)]
    if plan.key is not None:
        provider = Block("provider", (), {"key_arn": plan.key})
        blocks = (Block("encryption_config", (), {"resources": ["secrets"]}, (provider,)),)
        asked = [{"resources": ["secrets"], "provider": {"keyArn": plan.key}}]
        # EKS refuses a change while one is under way, and that of the key may take an hour: it is last.
        commands.append(Words(("aws", "eks", "wait", "cluster-active", "--name", _CLUSTER)))
        commands.append(
            _aws("associate-encryption-config", "--cluster-name", "--encryption-config", asked)
        )
    head = _FOR_GOOD if plan.key else ""
    cluster = Block("resource", ("aws_eks_cluster", "this"), arguments, blocks)
    yield Part("eks.tf", _TERRAFORM + head, (cluster,))
    yield Part("eks.sh", _SCRIPT + head, Script(tuple(commands)))


def _aws(verb: str, name: str, flag: str, value: object) -> Words:
    return Words(
        ("aws", "eks", verb, name, _CLUSTER, flag, json.dumps(value, separators=(",", ":")))
    )


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
