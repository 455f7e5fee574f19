"""RKE2: a drop-in of its configuration.

RKE2 always encrypts Secrets with a key of its own, so a file that lacks this key would make what is
stored unreadable: its own encryption is taken wherever it can do what is asked. Files that flags name
are mounted one by one, so that a replaced one is not seen before a restart. Source: rke2,
pkg/rke2/rke2.go, pkg/executor/staticpod and pkg/podtemplate; rancher/rke2 issue 1105.
"""

from collections.abc import Iterator
from typing import Any

from secretkit.model.control_plane import Encryption, Kind
from secretkit.wiring import AUDIT_POLICY, ENCRYPTION, Own, Part, Plan, Wiring

FOLDER = "/etc/rancher/rke2/control-plane"

_RKE2_KEYS = "/var/lib/rancher/rke2/server/cred/encryption-config.json"
_OWN_PROVIDERS = ("secretbox", "aescbc")

_HEAD = f"""\
A drop-in for RKE2. On one server after the other:

1. Copy {AUDIT_POLICY} to {FOLDER}/, owned by root.
2. Copy this file to /etc/rancher/rke2/config.yaml.d/secretkit.yaml.
3. systemctl restart rke2-server

RKE2 sets the flags of the log itself: /var/lib/rancher/rke2/server/logs/audit.log, 30 days, 10 files
of 100 MB.
"""
_OWN = f"""\

RKE2 encrypts Secrets from its first start, with keys of its own: {ENCRYPTION}
is not for this cluster, `rke2 secrets-encrypt rotate-keys` stands for the rotation, and brings a
changed provider into force. `secrets-encryption-provider` needs RKE2 1.30.12, 1.31.8, 1.32.4, 1.33.0
or newer.
"""
_OURS = f"""\

{ENCRYPTION}, filled on the server by `secretkit encryption materialize`, goes
into the same folder with mode 0600. It stands in place of RKE2's own encryption, which has no `kms`
and no `aesgcm`, and is for Secrets alone. A cluster that runs already has Secrets under RKE2's own
key. Go there in steps, each on every server before the next: the provider that
{_RKE2_KEYS} names first and ours after it; ours first;
every Secret rewritten; the old one dropped. Each change of the file needs a restart, and
`rke2 secrets-encrypt` is no longer of use.
"""


def is_own(encryption: Encryption) -> bool:
    """Whether RKE2's own encryption does what is asked."""
    return encryption.kinds == (Kind("", "secrets"),) and all(
        block.provider in _OWN_PROVIDERS for block in encryption.blocks
    )


def parts(plan: Plan) -> Iterator[Part]:
    """One drop-in."""
    body: dict[str, Any] = {"audit-policy-file": f"{FOLDER}/{AUDIT_POLICY}"}
    head = _HEAD
    encryption = plan.encryption
    if encryption and encryption.block and is_own(encryption):
        new = encryption.move_to or encryption.block
        body["secrets-encryption-provider"] = new.provider
        head += _OWN
    elif encryption:
        body["kube-apiserver-arg+"] = [f"encryption-provider-config={FOLDER}/{ENCRYPTION}"]
        mounts = [f"{folder}:{folder}" for folder in plan.socket_folders]
        if mounts:
            body["kube-apiserver-extra-mount+"] = mounts
        head += _OURS
    yield Part("rke2.yaml", head, body)


WIRING = Wiring(
    parts,
    own=Own(
        "RKE2",
        does=is_own,
        way="leave it to RKE2: declare the `provider` that you want, `render -o` writes it into `rke2.yaml`, and "
        "`rke2 secrets-encrypt rotate-keys` brings a new key or provider into force, "
        "`rke2 secrets-encrypt status` tells where it stands",
        first="for `secrets` with secretbox or aescbc leave it to RKE2 (`render -o` writes `rke2.yaml`, `rke2 "
        "secrets-encrypt rotate-keys` rotates); for all else declare RKE2's own key first, as an `encryption` "
        f"with the `provider` and the active key of {_RKE2_KEYS}, and then `secretkit encryption move FILE`",
    ),
)
