"""Audit rules and encryption, as an app and a platform write them alike."""

from collections.abc import Mapping
from typing import Any

from secretkit.model.control_plane import AuditRule, Block, Encryption, Key, Kms
from secretkit.text import Place


def resolve_audit(spec: Mapping[str, Any], at: Place) -> tuple[AuditRule, ...]:
    """The rules of a spec's `audit`."""
    audit = spec.get("audit") or {}
    return tuple(
        AuditRule(
            level=rule["level"],
            resources=tuple(rule["resources"]),
            verbs=tuple(rule.get("verbs", ())),
            names=tuple(rule.get("names", ())),
            at=at / "audit" / "rules" / number,
        )
        for number, rule in enumerate(audit.get("rules", ()))
    )


def resolve_encryption(spec: Mapping[str, Any], at: Place) -> Encryption | None:
    """The encryption of a spec, if it says any."""
    value = spec.get("encryption")
    if value is None:
        return None
    place = at / "encryption"
    blocks = {
        field: _block(value[field], place / field) if field in value else None
        for field in ("moveTo", "moveFrom")
    }
    return Encryption(
        resources=tuple(value.get("resources", ("secrets",))),
        block=_block(value, place) if "provider" in value else None,
        read_unencrypted=value.get("readUnencrypted", False),
        write_unencrypted=value.get("writeUnencrypted", False),
        move_to=blocks["moveTo"],
        move_from=blocks["moveFrom"],
        at=place,
        excepted=tuple(value.get("except", ())),
    )


def _block(value: Mapping[str, Any], at: Place) -> Block:
    kms = value.get("kms")
    return Block(
        provider=value["provider"],
        kms=Kms(kms["name"], kms.get("endpoint"), kms.get("timeout", "3s"), at / "kms")
        if kms
        else None,
        keys=tuple(
            Key(
                key["name"],
                key["state"],
                next(iter(key["from"].items())) if "from" in key else None,
                at / "keys" / number,
            )
            for number, key in enumerate(value.get("keys", ()))
        ),
        at=at,
    )
