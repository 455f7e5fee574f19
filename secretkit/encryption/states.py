"""The states of an encryption and the steps between them, on the section as its file has it.

A key must be readable on every API server before one writes with it, and must stay readable until
every object that needs it is rewritten. So each step changes one thing, and says what must be true
before it is taken.
Source: Kubernetes, encrypting confidential data at rest; k8s.io/apiserver, encryptionconfig.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

Section: TypeAlias = dict[str, Any]
Needs: TypeAlias = Literal["nothing", "rolled", "rewritten"]

ORDER = (
    "resources", "except", "provider", "kms", "keys", "readUnencrypted", "writeUnencrypted",
    "moveTo", "moveFrom",
)  # fmt: skip
_BLOCK = ("provider", "kms", "keys")

# What may begin while something else is under way: a key that leaked does not wait for its turn, nor
# does an end. Begun at any other time it loses an object, or is for nothing.
_QUIET = ("steady", "readable in the clear")
_ROTATING = ("rotating: readable", "rotating: writing")
_MOVING = ("moving: readable", "moving: writing")


class Refused(Exception):
    """A step that would make objects unreadable, or that does not follow; says why, and the mend.

    `is_order` says that nothing would be lost: it is refused for order's sake.
    """

    def __init__(self, why: str, mend: str, *, is_order: bool = False) -> None:
        self.why = why
        self.mend = mend
        self.is_order = is_order
        super().__init__(why)


class Step(NamedTuple):
    """A change of the section, and what must be true of the cluster before it is made."""

    does: str
    needs: Needs
    section: Section | None  # None: it goes


class Stage(NamedTuple):
    """Where a section stands. `forward` is None where nothing is under way."""

    name: str
    says: str
    forward: Callable[[Section], Step] | None
    back: Callable[[Section], Step] | None = None


def stage(section: Mapping[str, Any]) -> Stage:
    """Where a section stands that the rules have found right."""
    writer = shown(section)
    if section.get("writeUnencrypted"):
        return _unencrypted(section, writer)
    if "moveTo" in section:
        coming = shown(section["moveTo"])
        says = f"{coming} can be read, {writer} still writes"
        return Stage("moving: readable", says, _turn_move, _forget_move)
    if "moveFrom" in section:
        going = shown(section["moveFrom"])
        says = f"{writer} writes, {going} can still be read"
        return Stage("moving: writing", says, _end_move, _turn_move_back)
    if names(section, "next"):
        new = " and ".join(names(section, "next"))
        return Stage(
            "rotating: readable", f"{new} can be read, {writer} still writes", _turn, _forget_next
        )
    if names(section, "previous"):
        old = " and ".join(names(section, "previous"))
        return Stage(
            "rotating: writing", f"{writer} writes, {old} can still be read", _retire, _turn_back
        )
    if section.get("readUnencrypted"):
        says = f"{writer} writes, objects in the clear can still be read"
        return Stage("readable in the clear", says, _close)
    return Stage("steady", f"{writer} writes, and nothing in the clear can be read", None)


def _unencrypted(section: Mapping[str, Any], writer: str) -> Stage:
    is_disabling = names(section, "active") or (
        section["provider"] == "kms" and section.get("readUnencrypted")
    )
    if is_disabling:
        says = f"objects are written in the clear, what {writer} wrote can still be read"
        return Stage("disabling: written in the clear", says, _drop, _write_again)
    says = f"objects are written in the clear, {writer} can be read"
    return Stage("enabling: readable", says, _begin, _drop_unused)


def shown(block: Mapping[str, Any]) -> str:
    """The writing key or plugin of a block, as `secretbox key-20261101-1`."""
    provider = str(block["provider"])
    if provider == "kms":
        return f"kms {(block.get('kms') or {}).get('name', '')}".rstrip()
    writers = names(block, "active") or names(block, "next") or names(block, "previous")
    return " ".join([provider, *writers[:1]])


def names(block: Mapping[str, Any], state: str) -> list[str]:
    """The names of a block's keys in a state."""
    return [key["name"] for key in block.get("keys") or () if key["state"] == state]


# What begins something. Nothing of what is stored depends on a key that no server writes with yet.


def rotated(section: Section, key: Section) -> Section:
    """R0 to R1: a key more, that can be read."""
    if section["provider"] == "kms":
        raise Refused(
            "a KMS plugin has its keys to itself, and the file does not change",
            "change the key in the KMS, wait until every API server's plugin has it, rewrite, and only "
            "then disable the old one; or go to another plugin with `secretkit encryption move FILE`",
        )  # fmt: skip
    found = stage(section)
    if found.name not in (*_QUIET, *_ROTATING, "moving: writing"):
        raise _for_nothing(found, "a new key would never write")
    _unused(section, key["name"])
    return {**section, "keys": [*section["keys"], key]}


def enabled(block: Section, resources: list[str] | None) -> Section:
    """E1: the provider can be read, and everything is still written in the clear."""
    what = {"resources": resources} if resources else {}
    return _ordered({**what, **block, "writeUnencrypted": True})


def disabled(section: Section) -> Step:
    """To D1, or from there to D2."""
    found = stage(section)
    if found.name == "disabling: written in the clear":
        raise Refused(
            f"it has come this far already ({found.name}: {found.says})",
            "end it with `secretkit encryption next FILE`, once every object is rewritten",
            is_order=True,
        )
    if found.name not in (*_QUIET, *_ROTATING, *_MOVING):
        # Of a plugin `readUnencrypted` alone tells an end from a beginning, and it would write unread.
        raise Refused(
            f"nothing is encrypted yet ({found.name}: {found.says})",
            "take that back: `secretkit encryption back FILE`",
            is_order=section["provider"] != "kms",
        )
    if not section.get("readUnencrypted"):
        does = "objects in the clear can be read, so that writing them can begin"
        return Step(does, "nothing", _ordered({**section, "readUnencrypted": True}))
    does = "objects are written in the clear from now on"
    return Step(does, "rolled", _ordered({**section, "writeUnencrypted": True}))


def moved(section: Section, block: Section) -> Section:
    """M1: another provider that can be read."""
    found = stage(section)
    if "moveTo" in section or "moveFrom" in section:
        raise Refused(
            f"a move is under way, whose provider would go too early ({found.name}: {found.says})",
            "finish that first: `secretkit encryption status FILE` says how",
        )
    if found.name not in (*_QUIET, *_ROTATING):
        raise _for_nothing(found, "another provider would never write")
    if block["provider"] != "kms" and block["provider"] == section["provider"]:
        raise Refused(
            f"`{block['provider']}` is the provider already",
            "use `secretkit encryption rotate FILE`",
        )
    for key in block.get("keys", ()):
        _unused(section, key["name"])
    if (
        block["provider"] == "kms" == section["provider"]
        and block["kms"]["name"] == section["kms"]["name"]
    ):
        raise Refused(
            f"the plugin `{block['kms']['name']}` is in use already",
            "give the new one another name",
        )
    return _ordered({**section, "moveTo": block})


def _for_nothing(found: Stage, why: str) -> Refused:
    mend = "finish that (`secretkit encryption next FILE`), or take it back first (`secretkit encryption back FILE`)"
    return Refused(f"{why} ({found.name}: {found.says})", mend, is_order=True)


def _unused(section: Section, name: str) -> None:
    blocks = [section, section.get("moveTo") or {}, section.get("moveFrom") or {}]
    if any(key["name"] == name for block in blocks for key in block.get("keys") or ()):
        raise Refused(
            f"there is a key `{name}` already", "give the new one a name that was never used"
        )


# Steps of what is under way.


def _turn(section: Section) -> Step:
    """R1 to R2."""
    new = names(section, "next")[0]
    keys = _begun(_restated(section["keys"], {"active": "previous"}))
    return Step(f"{new} writes from now on", "rolled", {**section, "keys": keys})


def _retire(section: Section) -> Step:
    """R2 to R4."""
    old = names(section, "previous")
    keys = [key for key in section["keys"] if key["state"] != "previous"]
    does = f"{' and '.join(old)} can no longer be read"
    return Step(does, "rewritten", {**section, "keys": keys})


def _close(section: Section) -> Step:
    """E2 to E3."""
    does = "objects in the clear can no longer be read"
    return Step(does, "rewritten", {**section, "readUnencrypted": False})


def _begin(section: Section) -> Step:
    """E1 to E2."""
    rest = {key: value for key, value in section.items() if key != "writeUnencrypted"}
    if "keys" in section:
        rest["keys"] = _begun(section["keys"])
    does = f"{shown(rest)} writes from now on, and what is in the clear can still be read"
    return Step(does, "rolled", _ordered({**rest, "readUnencrypted": True}))


def _drop(section: Section) -> Step:
    """D2 to D3."""
    return Step(f"{shown(section)} can no longer be read", "rewritten", None)


def _turn_move(section: Section) -> Step:
    """M1 to M2."""
    new, old = dict(section["moveTo"]), _block(section)
    if "keys" in new:
        new["keys"] = _begun(new["keys"])
    if "keys" in old:
        old["keys"] = _restated(old["keys"], {"active": "previous"})
    return Step(
        f"{shown(new)} writes from now on", "rolled", _swapped(section, new, "moveFrom", old)
    )


def _end_move(section: Section) -> Step:
    """M2 to M3."""
    rest = {key: value for key, value in section.items() if key != "moveFrom"}
    return Step(f"{shown(section['moveFrom'])} can no longer be read", "rewritten", rest)


# The way back: to a state that every server can still read, whichever of the two it has. A key that was
# once active may have written, so it goes only where nothing is stored under it.


def _forget_next(section: Section) -> Step:
    new = names(section, "next")
    keys = [key for key in section["keys"] if key["state"] != "next"]
    return Step(
        f"{' and '.join(new)} goes, before it wrote anything",
        "rewritten",
        {**section, "keys": keys},
    )


def _turn_back(section: Section) -> Step:
    old = _last_one(section)
    keys = _restated(section["keys"], {"active": "next", "previous": "active"})
    return Step(f"{old} writes again", "nothing", {**section, "keys": keys})


def _forget_move(section: Section) -> Step:
    rest = {key: value for key, value in section.items() if key != "moveTo"}
    return Step(f"{shown(section['moveTo'])} goes, before it wrote anything", "rewritten", rest)


def _turn_move_back(section: Section) -> Step:
    old, new = dict(section["moveFrom"]), _block(section)
    if "keys" in old:
        _last_one(old)
        old["keys"] = _restated(old["keys"], {"previous": "active"})
    if "keys" in new:
        new["keys"] = _restated(new["keys"], {"active": "next"})
    return Step(f"{shown(old)} writes again", "nothing", _swapped(section, old, "moveTo", new))


def _write_again(section: Section) -> Step:
    rest = {key: value for key, value in section.items() if key != "writeUnencrypted"}
    return Step(f"{shown(section)} writes again", "nothing", rest)


def _drop_unused(section: Section) -> Step:
    return Step(f"{shown(section)} goes, before it wrote anything", "rewritten", None)


def _last_one(block: Mapping[str, Any]) -> str:
    old = names(block, "previous")
    if len(old) > 1:
        raise Refused("several keys are `previous`, and one can write", "edit their states by hand")
    return old[0]


def _begun(keys: list[Section]) -> list[Section]:
    """The first `next` key is active; of several one writes."""
    first = next(key["name"] for key in keys if key["state"] == "next")
    return [{**key, "state": "active"} if key["name"] == first else key for key in keys]


def _restated(keys: list[Section], states: Mapping[str, str]) -> list[Section]:
    return [{**key, "state": states.get(key["state"], key["state"])} for key in keys]


def _block(section: Mapping[str, Any]) -> Section:
    return {key: section[key] for key in _BLOCK if key in section}


def _swapped(section: Section, writer: Section, field: str, other: Section) -> Section:
    gone = (*_BLOCK, "moveTo", "moveFrom")
    rest = {key: value for key, value in section.items() if key not in gone}
    return _ordered({**rest, **writer, field: other})


def _ordered(section: Section) -> Section:
    return {key: section[key] for key in ORDER if key in section}
