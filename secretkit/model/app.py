"""One app, resolved."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from secretkit.model.access import Access
from secretkit.model.control_plane import AuditRule, Encryption
from secretkit.model.secret import Secret
from secretkit.model.store import Store
from secretkit.model.workload import Entry, Variable, VolumeKey, Workload
from secretkit.names import digest, shortened
from secretkit.target import Target
from secretkit.text import Place


class Patch(NamedTuple):
    """A merge patch on one generated object of the app."""

    kind: str
    name: str
    patch: Mapping[str, Any]
    at: Place


class App(NamedTuple):
    """Everything one `secrets.yaml` says for one environment and target."""

    name: str
    namespace: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    target: Target
    stores: Mapping[str, Store]  # by key
    secrets: Mapping[str, Secret]  # by key
    access: tuple[Access, ...]
    workloads: tuple[Workload, ...]
    audit: tuple[AuditRule, ...]
    has_audit: bool
    encryption: Encryption | None
    patches: tuple[Patch, ...]
    at: Place

    def secret_name(self, key: str) -> str:
        """The name of the Secret of a key; the key itself where there is none (a finding says so)."""
        secret = self.secrets.get(key)
        return secret.name if secret else key

    def variables(self, entry: Entry) -> tuple[Variable, ...]:
        """Variables that an entry sets, of one name the last wins: known keys of `envFrom`, `env`."""
        spread = (
            Variable(whole.prefix + key, whole.secret, key, whole.at)
            for whole in entry.all_keys
            if whole.secret in self.secrets
            for key in sorted(self.secrets[whole.secret].known_keys or ())
        )
        return (*spread, *entry.variables)

    def volume_names(self, workload: Workload) -> dict[VolumeKey, str]:
        """The names of a workload's volumes; two alike are an error that a rule finds."""
        volumes = workload.volumes
        names = {}
        for volume, mounts in volumes.items():
            name = "secret-" + self.secret_name(volume[0]).replace(".", "-")
            if sum(other[0] == volume[0] for other in volumes) > 1:
                name += f"-{digest(mounts[0].path)}"
            names[volume] = shortened(name, 63)
        return names


def nobody(name: str, namespace: str, target: Target, at: Place) -> App:
    """An app that says nothing."""
    return App(
        name=name, namespace=namespace, labels={}, annotations={}, target=target, stores={},
        secrets={}, access=(), workloads=(), audit=(), has_audit=False, encryption=None, patches=(),
        at=at,
    )  # fmt: skip
