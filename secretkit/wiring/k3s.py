"""k3s: a drop-in of its configuration.

Its API server runs in its own process, so there is nothing to mount, and takes flags from
`kube-apiserver-arg`; `+` adds to what other files say. Source: k3s, pkg/daemons/control/server.go
and pkg/util/args.go; docs.k3s.io, security/secrets-encryption.
"""

from collections.abc import Iterator

from secretkit.target import Feature
from secretkit.wiring import AUDIT_POLICY, ENCRYPTION, LOG_LIMITS, Part, Plan, Wiring

FOLDER = "/etc/rancher/k3s/control-plane"
LOGS = "/var/lib/rancher/k3s/server/logs"

_HEAD = f"""\
A drop-in for k3s. On one server after the other:

1. Copy audit-policy.yaml to {FOLDER}/, owned by root.
2. Copy this one to /etc/rancher/k3s/config.yaml.d/secretkit.yaml.
3. systemctl restart k3s
"""
_OWN = f"""\

The file of keys ({ENCRYPTION}, filled on the server by `secretkit encryption
materialize`, mode 0600) stands in place of k3s's own encryption. Where `secrets-encryption: true` is
set already, leave the encryption lines out: Secrets are encrypted with k3s's key, which this file
does not have, and would be unreadable. There `k3s secrets-encrypt rotate-keys` rotates, with
`secrets-encryption-provider: secretbox` for another provider than aescbc.
"""


def parts(plan: Plan) -> Iterator[Part]:
    """One drop-in."""
    arguments = {"audit-policy-file": f"{FOLDER}/{AUDIT_POLICY}"}
    arguments["audit-log-path"] = f"{LOGS}/audit.log"
    arguments |= {f"audit-log-{name}": limit for name, limit in LOG_LIMITS.items()}
    if plan.encryption:
        arguments["encryption-provider-config"] = f"{FOLDER}/{ENCRYPTION}"
        if plan.target.has(Feature.ENCRYPTION_RELOAD):
            arguments["encryption-provider-config-automatic-reload"] = "true"
    flags = [f"{name}={value}" for name, value in arguments.items()]
    head = _HEAD + (_OWN if plan.encryption else "")
    yield Part("k3s.yaml", head, {"kube-apiserver-arg+": flags})


WIRING = Wiring(parts)
