"""The API server's files of all apps together: audit policy and encryption at rest."""

from collections.abc import Iterator, Sequence

from secretkit.compile.audit_policy import policy
from secretkit.compile.encryption_configuration import configuration
from secretkit.model.app import App
from secretkit.model.platform import Platform
from secretkit.objects import Object


def documents(
    apps: Sequence[App], platforms: Sequence[Platform] = ()
) -> Iterator[tuple[str, Object]]:
    """Each file's stem and content: a Policy always, an EncryptionConfiguration where one is declared.

    On a managed cluster there is neither. At most one app or platform declares an encryption; a rule
    sees to it.
    """
    if not apps or any(app.target.is_managed for app in apps):
        return
    yield "audit-policy", Object(policy(apps, platforms), apps[0].at)
    declared = [
        *((found.encryption, found.target) for found in platforms),
        *((app.encryption, app.target) for app in apps),
    ]
    for encryption, target in declared:
        if encryption and encryption.block:
            yield (
                "encryption-configuration",
                Object(configuration(encryption, target), encryption.at),
            )
            return
