"""SK325: secret files are read, by as few as possible."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.workload import Mount
from secretkit.rules import Rule
from secretkit.text import Place

_OTHERS_WRITE, _EXECUTE = 0o022, 0o111


def find(app: App) -> Iterator[Finding]:
    for workload in app.workloads:
        for entry in workload.entries:
            for mount in entry.mounts:
                for mode, place in _modes(mount):
                    reason = _reason(mode)
                    if reason:
                        yield RULE.at(place, mode=f"{mode:04o}", reason=reason)


def _modes(mount: Mount) -> Iterator[tuple[int, Place]]:
    yield mount.mode, mount.at / "mode"
    for item in mount.items:
        if item.mode is not None:
            yield item.mode, item.at / "mode"


def _reason(mode: int) -> str | None:
    parts = []
    if mode & _OTHERS_WRITE:
        parts.append("lets the group or everyone write")
    if mode & _EXECUTE:
        parts.append("makes the file a program")
    return " and ".join(parts) or None


RULE = Rule(
    code="SK325",
    severity="warning",
    title="mode {mode} {reason}",
    why="a mounted Secret is only read, and programs such as ssh and PostgreSQL refuse a key file "
    "that others may change",
    fix='use "0440" for a group set by `fsGroup`, or "0400" for root alone',
    source="Kubernetes: defaultMode of a secret volume",
    find=find,
    wrong="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/db: {secret: db, mode: "0660"}  # <- SK325
    """,
    right="""
        spec:
          secrets:
            db: {from: vault, keys: {password: "db#password"}}
          workloads:
            api:
              kind: Deployment
              files:
                /etc/db: {secret: db, mode: "0440"}
    """,
)
