"""The one file that a command is given: found, put under its platform file, and written anew."""

import codecs
from difflib import SequenceMatcher
from pathlib import Path

from secretkit import files
from secretkit.finding import Rejected, Usage
from secretkit.load import decode
from secretkit.load.inputs import Input, find_root
from secretkit.model.platform import Platform
from secretkit.platforms import Broken, Platforms


def find(file: Path) -> tuple[Path, Input]:
    """The root of a file, and the file in it; raises Usage where there is no such file inside."""
    root = find_root([file])
    if not file.is_file():
        raise Usage(
            f"{file}: {'a folder, and a file is needed' if file.is_dir() else 'no such file'}"
        )
    whole = file.resolve()
    if not whole.is_relative_to(root):
        raise Usage(f"{file}: lies outside the root {root}")
    return root, Input(root, whole.relative_to(root).as_posix(), direct=True)


def place_for(file: Path) -> tuple[Path, Input]:
    """The root of a file that is not there yet, and the file in it; raises Usage where it lies outside."""
    whole = file.absolute().parent.resolve() / file.name
    above = next(folder for folder in whole.parents if folder.is_dir())
    root = find_root([above])
    if not whole.is_relative_to(root):
        raise Usage(f"{file}: lies outside the root {root}")
    return root, Input(root, whole.relative_to(root).as_posix(), direct=True)


def platform_of(
    root: Path, found: Input, given: Path | None, environment: str | None
) -> Platform | None:
    """The platform file of an app's file, as an environment has it; raises Rejected, Usage."""
    platforms = Platforms(root, given, environment)
    try:
        return platforms.of_input(found)
    except Broken:
        raise Rejected(platforms.findings) from None


def content(before: bytes, text: str) -> bytes:
    """The bytes of another text of a file, with the line ends and byte order mark that it has."""
    after = _ended(before.decode("utf-8-sig"), text).encode()
    return codecs.BOM_UTF8 + after if before.startswith(codecs.BOM_UTF8) else after


def _ended(before: str, text: str) -> str:
    """The text with the line ends that its lines had; a line that is new ends like most.

    One that stands in the place of another ends as that did.
    """
    rows = before.split("\n")
    usual = "\r" if sum(row.endswith("\r") for row in rows) * 2 > len(rows) - 1 else ""
    if not usual and "\r" not in before:
        return text
    old, new = [row.removesuffix("\r") for row in rows], text.split("\n")
    found: list[str] = []
    for what, first, last, start, end in SequenceMatcher(None, old, new, False).get_opcodes():
        if what == "equal":
            found += rows[first:last]
            continue
        ended = rows[first : min(last, len(rows) - 1)]  # the last line has no end
        ends = ["\r" if row.endswith("\r") else "" for row in ended] + [usual] * (end - start)
        found += (row + own for row, own in zip(new[start:end], ends, strict=False))
    return "\n".join(found).removesuffix("\r")


def write(found: Input, text: str, expected: str | None = None) -> None:
    """Writes a file anew, with its mode, owner, line ends and byte order mark.

    Raises Usage where it cannot be, or where it no longer holds the text that was `expected`.
    """
    path = found.path
    if not path.exists():
        files.create(path, text.encode(), 0o644)
        return
    raw = before(found)
    if expected is not None and decode(found.name, raw).text != expected:
        raise Usage(f"{found.name}: somebody changed it meanwhile, so nothing is written")
    files.rewrite(path, content(raw, text))


def before(found: Input) -> bytes:
    """What a file holds now; nothing where it is not there yet."""
    return found.path.read_bytes() if found.path.exists() else b""
