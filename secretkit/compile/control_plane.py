"""The API server's files of all apps together: audit policy and encryption at rest."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from secretkit.compile.audit_policy import policy
from secretkit.compile.encryption_configuration import configuration
from secretkit.model.app import App
from secretkit.model.control_plane import Encryption
from secretkit.model.platform import Platform
from secretkit.objects import Object
from secretkit.target import Target

if TYPE_CHECKING:
    from secretkit.wiring import Plan, Wiring

ENCRYPTION = "encryption-configuration"  # its file's name, without an ending


def documents(
    apps: Sequence[App], platforms: Sequence[Platform] = ()
) -> Iterator[tuple[str, Object]]:
    """Each file's stem and content: a Policy always, an EncryptionConfiguration where one is declared.

    On a managed cluster there is neither, and the second not where a distribution encrypts in its place. At most one app or platform declares an encryption; a rule
    sees to it.
    """
    if not apps or any(app.target.is_managed for app in apps):
        return
    yield "audit-policy", Object(policy(apps, platforms), apps[0].at)
    for encryption, target in _declared(apps, platforms):
        if not _is_done_elsewhere(encryption, target):
            yield ENCRYPTION, Object(configuration(encryption, target), encryption.at)


def unwritten(apps: Sequence[App], platforms: Sequence[Platform]) -> Object | None:
    """The EncryptionConfiguration that is declared, where no file is written of it but the distribution's own."""
    for encryption, target in _declared(apps, platforms):
        if _is_done_elsewhere(encryption, target):
            return Object(configuration(encryption, target), encryption.at)
    return None


def _is_done_elsewhere(encryption: Encryption, target: Target) -> bool:
    from secretkit.wiring import own_of

    own = own_of(target)
    return own is not None and own.does(encryption)


def plan(
    apps: Sequence[App], platforms: Sequence[Platform] = (), policy_text: str = ""
) -> "Plan | None":
    """What the provider of the target is to wire in; None where no target names one."""
    target = _target(apps)
    if target is None:
        return None
    from secretkit.wiring import Plan

    declared = next(_declared(apps, platforms), None)
    encryption, its_target = declared or (None, target)
    return Plan(
        target=target,
        policy=policy(apps, platforms),
        policy_text=policy_text,
        configuration=configuration(encryption, its_target) if encryption else None,
        encryption=encryption,
    )


def setting(apps: Sequence[App]) -> "Wiring | None":
    """The wiring of a managed cluster, whose cloud has a setting; None where there are files."""
    target = _target(apps)
    if target is None or not target.is_managed:
        return None
    from secretkit import wiring

    assert target.provider
    return wiring.get(target.provider)


def _target(apps: Sequence[App]) -> Target | None:
    """The target whose provider is wired in: a managed one first, since there are no files then."""
    targets = [app.target for app in apps if app.target.provider]
    return next((target for target in targets if target.is_managed), next(iter(targets), None))


def _declared(
    apps: Sequence[App], platforms: Sequence[Platform]
) -> Iterator[tuple[Encryption, Target]]:
    """The encryption that names a provider, if one does."""
    every = [
        *((found.encryption, found.target) for found in platforms),
        *((app.encryption, app.target) for app in apps),
    ]
    for encryption, target in every:
        if encryption and encryption.block:
            yield encryption, target
            return
