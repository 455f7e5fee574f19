"""The API server's files of all apps together. They are never applied, so no stream holds them."""

from collections.abc import Iterator, Sequence

from secretkit.compile.control_plane import documents, plan, setting
from secretkit.emit.templates import Templates
from secretkit.model.app import App
from secretkit.model.platform import Platform
from secretkit.objects import File


def files(apps: Sequence[App], platforms: Sequence[Platform] = ()) -> Iterator[File]:
    """The files below `control-plane/`, with what wires them in where a provider is named.

    On a managed cluster its cloud's own setting stands for them.
    """
    found = dict(_texts(apps, platforms))
    for stem, text in found.items():
        yield File(f"control-plane/{stem}.yaml", text.encode())
    for name, text in _wiring(apps, platforms, found.get("audit-policy", "")):
        yield File(f"control-plane/{name}", text.encode())


def stream(apps: Sequence[App], platforms: Sequence[Platform] = ()) -> str:
    """The two files as one stream for stdout; on a managed cluster its cloud's own setting."""
    if wiring := setting(apps):
        return dict(_wiring(apps, platforms, ""))[wiring.stdout or ""]
    return "---\n".join(text for _, text in _texts(apps, platforms))


def _texts(apps: Sequence[App], platforms: Sequence[Platform]) -> Iterator[tuple[str, str]]:
    templates = Templates()  # an overlay is for objects: what all apps share is no place for it
    for stem, found in documents(apps, platforms):
        yield stem, templates.fill(found)


def _wiring(
    apps: Sequence[App], platforms: Sequence[Platform], policy_text: str
) -> Iterator[tuple[str, str]]:
    found = plan(apps, platforms, policy_text)
    if found is None:
        return
    from secretkit.emit import wired

    yield from wired.texts(found)
