"""Encryption that is not ours to change: a cloud's, or that of a distribution with keys of its own."""

from secretkit import wiring
from secretkit.encryption import editing, faults, states
from secretkit.encryption.declared import Declared
from secretkit.finding import Rejected
from secretkit.model.control_plane import Encryption
from secretkit.wiring import Own

_ENABLING = "enabling: readable"


def check(found: Declared) -> None:
    """Raises Rejected where what is declared never comes to the API server as a file of ours."""
    cloud = wiring.cloud_of(found.target)
    if cloud:
        if found.encryption:
            mend = (
                "rotate the key where it lies, in the cloud, which goes on with the new one; what the cluster "
                f"encrypts with is the cloud's setting: `{cloud.setting}`"
            )
        else:
            mend = (
                f"write `provider: kms` and a `kms` whose `name` is {cloud.key}; `render -o` writes the "
                f"cloud's setting: `{cloud.setting}`"
            )
        at = editing.place_of(found)
        raise found.refused(faults.MANAGED, at, cloud=cloud.title, mend=mend)
    own = wiring.own_of(found.target)
    if own and found.encryption:
        if own.does(found.encryption):
            raise _refused(found, own, own.way)
        if _stage(found) == _ENABLING:
            raise _refused(found, own, own.first)


def told(found: Declared) -> tuple[str, ...]:
    """The same in lines for one who only looks."""
    try:
        check(found)
    except Rejected as rejected:
        return tuple(f"{one.message}: {one.fix}" for one in rejected.findings)
    own = wiring.own_of(found.target)
    if own is None:
        return ()
    return (f"{own.title} has a key of its own, under which Secrets may be stored: {own.first}",)


def check_step(before: Declared, after: Declared) -> None:
    """Raises Rejected where a step would leave out the key that a distribution encrypts with."""
    own = wiring.own_of(before.target)
    if own is None:
        return
    if before.encryption is None:
        raise _refused(before, own, own.first)
    if _stage(before) == _ENABLING and after.encryption is None:
        return  # nothing was written with it
    if not _is_move_back(before.encryption, after.encryption):
        check(before._replace(encryption=_end(after.encryption or before.encryption)))
        if _stage(before) == _ENABLING:
            raise _refused(before, own, own.first)


def _end(encryption: Encryption) -> Encryption:
    """What it comes to, once the move that is under way is done."""
    return encryption._replace(
        block=encryption.move_to or encryption.block, move_to=None, move_from=None
    )


def _is_move_back(before: Encryption, after: Encryption | None) -> bool:
    return bool(before.move_to and after and not after.move_to and not after.move_from)


def _stage(found: Declared) -> str:
    return states.stage(editing.section(found)).name


def _refused(found: Declared, own: Own, mend: str) -> Rejected:
    return found.refused(faults.OWN_KEYS, editing.place_of(found), tool=own.title, mend=mend)
