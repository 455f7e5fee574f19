"""Azure AKS: the cluster's key in Key Vault, and a diagnostic setting.

Source: AKS, etcd encryption with KMS, and its categories of resource logs; Terraform's
`azurerm_kubernetes_cluster` and `azurerm_monitor_diagnostic_setting`.
"""

import json
import re
from collections.abc import Iterator

from secretkit.model.control_plane import Kind
from secretkit.wiring import (
    REWRITE,
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

_KEY = re.compile(r"https://[-A-Za-z0-9]+(\.[-a-z0-9]+)+/keys/[-A-Za-z0-9]+(/[0-9a-f]{32})?")
_CATEGORIES = ("kube-audit", "guard")
_CLUSTER = Variable("CLUSTER", "name of the cluster")
_GROUP = Variable("GROUP", "its resource group")
_ID = Variable("CLUSTER_ID", "its resource id: az aks show --query id --output tsv ...")
_WORKSPACE = Variable("WORKSPACE", "resource id of the Log Analytics workspace")

_KEY_TEXT = """\
The cluster has a managed identity of its own that may encrypt and decrypt with the key. A vault with
private access alone needs `Private` and the vault's id. AKS of Kubernetes 1.33 or newer has a newer
form, a preview when this was written: then follow its page on KMS data encryption.
"""
_TERRAFORM = """\
Arguments for your azurerm_kubernetes_cluster, whatever it is called, and a diagnostic setting.
kube-audit-admin would leave out get and list: no read of a Secret would be seen.
"""
_SCRIPT = """\
The same for a cluster that exists: set the variables below and run sh aks.sh
"""


def parts(plan: Plan) -> Iterator[Part]:
    """Terraform and the commands of `az`."""
    resources, commands = [], []
    if plan.key is not None:
        block = Block(
            "key_management_service",
            (),
            {"key_vault_key_id": plan.key, "key_vault_network_access": "Public"},
        )
        resources.append(Block("resource", ("azurerm_kubernetes_cluster", "this"), {}, (block,)))
        commands.append(Words((
            "az", "aks", "update", "--name", _CLUSTER, "--resource-group", _GROUP,
            "--enable-azure-keyvault-kms",
            "--azure-keyvault-kms-key-vault-network-access", "Public",
            "--azure-keyvault-kms-key-id", plan.key,
        )))  # fmt: skip
    resources.append(
        Block(
            "resource",
            ("azurerm_monitor_diagnostic_setting", "kubernetes_audit"),
            {
                "name": "kubernetes-audit",
                "target_resource_id": Expression("azurerm_kubernetes_cluster.this.id"),
                "log_analytics_workspace_id": Expression("var.log_analytics_workspace_id"),
            },
            tuple(Block("enabled_log", (), {"category": name}) for name in _CATEGORIES),
        )
    )
    logs = [{"category": name, "enabled": True} for name in _CATEGORIES]
    commands.append(Words((
        "az", "monitor", "diagnostic-settings", "create", "--name", "kubernetes-audit",
        "--resource", _ID, "--workspace", _WORKSPACE, "--logs", json.dumps(logs, separators=(",", ":")),
    )))  # fmt: skip
    key, rewrite = (_KEY_TEXT, REWRITE) if plan.key else ("", "")
    yield Part("aks.tf", _TERRAFORM + key, tuple(resources))
    yield Part("aks.sh", _SCRIPT + key + rewrite, Script(tuple(commands)))


WIRING = Wiring(
    parts,
    Cloud(
        title="AKS",
        setting="az aks update --enable-azure-keyvault-kms --azure-keyvault-kms-key-id KEY",
        key="the URL of a Key Vault key, such as https://VAULT.vault.azure.net/keys/NAME/VERSION",
        is_key=lambda name: _KEY.fullmatch(name) is not None,
        kinds=(Kind("", "secrets"),),
        logs="Azure's own policy decides; the category kube-audit has reads of Secrets, kube-audit-admin "
        "has not",
    ),
    stdout="aks.tf",
)
