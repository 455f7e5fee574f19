"""Role and RoleBinding: reading Secrets by name, and nothing else."""

from collections.abc import Iterator
from typing import Any

from secretkit.compile.metadata import metadata
from secretkit.model.access import Access
from secretkit.model.app import App
from secretkit.objects import Object

_GROUP = "rbac.authorization.k8s.io"


def objects(app: App) -> Iterator[Object]:
    for access in app.access:
        names = sorted({app.secret_name(key) for key in access.secrets})
        role = {
            "apiVersion": f"{_GROUP}/v1",
            "kind": "Role",
            "metadata": metadata(app, access.name, namespace=app.namespace),
            "rules": [
                {
                    "apiGroups": [""],
                    "resources": ["secrets"],
                    "resourceNames": names,
                    "verbs": list(access.verbs),
                }
            ],
        }
        binding = {
            "apiVersion": f"{_GROUP}/v1",
            "kind": "RoleBinding",
            "metadata": metadata(app, access.name, namespace=app.namespace),
            "roleRef": {"apiGroup": _GROUP, "kind": "Role", "name": access.name},
            "subjects": [_subject(access)],
        }
        yield Object(role, access.at)
        yield Object(binding, access.at)


def _subject(access: Access) -> dict[str, Any]:
    if access.subject_kind == "ServiceAccount":
        return {
            "kind": "ServiceAccount",
            "name": access.subject,
            "namespace": access.subject_namespace,
        }
    return {"apiGroup": _GROUP, "kind": access.subject_kind, "name": access.subject}
