"""The API server's files of all apps together: audit policy and encryption at rest."""

from collections.abc import Iterator, Sequence

from secretkit.compile.audit_policy import policy
from secretkit.compile.encryption_configuration import configuration
from secretkit.model.app import App
from secretkit.objects import Object


def documents(apps: Sequence[App]) -> Iterator[tuple[str, Object]]:
    """Each file's stem and content: a Policy always, an EncryptionConfiguration where one is declared.

    On a managed cluster there is neither. At most one app declares an encryption; a rule sees to it.
    """
    if not apps or any(app.target.is_managed for app in apps):
        return
    yield "audit-policy", Object(policy(apps), apps[0].at)
    for app in apps:
        if app.encryption and app.encryption.block:
            body = configuration(app.encryption, app.target)
            yield "encryption-configuration", Object(body, app.encryption.at)
