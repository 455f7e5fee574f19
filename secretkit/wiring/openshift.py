"""OpenShift: the APIServer `cluster`, whose operators make the files and the keys.

Source: openshift/api, config/v1, `types_apiserver.go`. Its type KMS is behind a feature gate there, so it
is not written.
"""

from collections.abc import Iterator
from typing import Any

from secretkit.model.control_plane import Kind
from secretkit.wiring import Cloud, Part, Plan, Wiring

OWN = "openshift"  # as `kms.name`: the keys that its operators make

_HEAD = """\
A patch: oc patch apiserver cluster --type merge --patch-file openshift.yaml
`Default` logs metadata of every request; one that logs more may stay.
"""
_KEYS = """\
OpenShift makes the keys, rotates them, and rewrites what is stored; aesgcm is for 4.13 or newer,
else write aescbc. `oc get kubeapiserver cluster -o yaml` shows under `Encrypted` when it is done.
"""


def parts(plan: Plan) -> Iterator[Part]:
    """One patch."""
    spec: dict[str, Any] = {"audit": {"profile": "Default"}}
    if plan.encryption:
        spec["encryption"] = {"type": "aesgcm"}
    head = _HEAD + (_KEYS if plan.encryption else "")
    yield Part("openshift.yaml", head, {"spec": spec})


WIRING = Wiring(
    parts,
    Cloud(
        title="OpenShift",
        setting='oc patch apiserver cluster --type merge -p \'{"spec":{"encryption":{"type":"aesgcm"}}}\'',
        key=f"`{OWN}`, which stands for the keys that its operators make",
        is_key=lambda _: True,  # another is a warning (SK468)
        kinds=(
            Kind("", "secrets"),
            Kind("", "configmaps"),
            Kind("oauth.openshift.io", "oauthaccesstokens"),
            Kind("oauth.openshift.io", "oauthauthorizetokens"),
            Kind("route.openshift.io", "routes"),
        ),
        logs="the profile in `spec.audit` of the APIServer `cluster` decides, and Secrets never go above "
        "metadata",
    ),
    stdout="openshift.yaml",
)
