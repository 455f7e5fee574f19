"""The one file that a command is given: found, put under its platform file, and written anew."""

from pathlib import Path

from secretkit import files
from secretkit.finding import Rejected, Usage
from secretkit.load.inputs import Input, find_root
from secretkit.model.platform import Platform
from secretkit.objects import File
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
    after = text.encode()
    if before.count(b"\r\n") * 2 > before.count(b"\n"):
        after = after.replace(b"\n", b"\r\n")
    return b"\xef\xbb\xbf" + after if before.startswith(b"\xef\xbb\xbf") else after


def write(found: Input, text: str) -> None:
    """Writes a file anew, with its mode, line ends and byte order mark; raises Usage."""
    path = found.path
    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o644
    files.put(path.parent, File(path.name, content(before(found), text), mode))


def before(found: Input) -> bytes:
    """What a file holds now; nothing where it is not there yet."""
    return found.path.read_bytes() if found.path.exists() else b""
