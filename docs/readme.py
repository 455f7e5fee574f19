"""The README's blocks of input and output, made by running what they show."""

import subprocess
import sys
import tempfile
from pathlib import Path

TOUR = Path("examples/tour/secrets.yaml")


def _run(*words: str, folder: str = ".") -> str:
    command = [sys.executable, "-m", "secretkit", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False).stdout


def _block(kind: str, text: str) -> str:
    return f"\n```{kind}\n{text.rstrip()}\n```\n"


def tour() -> str:
    """Ten lines, the command, and one of the objects that come out."""
    documents = _run("render", str(TOUR.parent)).split("---\n")
    shown = next(text for text in documents if "kind: ExternalSecret" in text)
    words = f"`secretkit render examples/tour` prints {len(documents)} objects. One of them:\n"
    return _block("yaml", TOUR.read_text()) + f"\n{words}" + _block("yaml", shown) + "\n"


def mistake() -> str:
    """The same with a typo."""
    with tempfile.TemporaryDirectory() as folder:
        text = TOUR.read_text().replace("secrets: [db]", "secrets: [bd]")
        Path(folder, "secrets.yaml").write_text(text)
        return _block("text", _run("validate", "secrets.yaml", folder=folder)) + "\n"
