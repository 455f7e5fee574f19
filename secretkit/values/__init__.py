"""Values in the clear: one file per source, opened by `--allow-plaintext` alone.

Each module has `read(argument, where) -> bytes`, with what follows a `#` as a third where its source
has that. It raises `Unreadable` with a fault of `values.faults` and its words.
"""

import pkgutil
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from secretkit.finding import Code, Finding
from secretkit.hidden import Hidden
from secretkit.model.app import App
from secretkit.model.secret import Plain

MOST_BYTES = 1024 * 1024


class Unreadable(Exception):
    """A value that cannot be had: its code and the words that fill it; never the value.

    `cause` is what others cannot be had for, too: of it there is one finding.
    """

    def __init__(self, code: Code, **words: Any) -> None:
        self.code = code
        self.words = words
        self.cause: tuple[str, ...] | None = None
        super().__init__(code.code)


class Opened(NamedTuple):
    """An encrypted file: what came of it, and what stands there."""

    value: Hidden
    written: Any


# What came of each encrypted file of a run, by its path and form.
Decrypted: TypeAlias = dict[tuple[Path, str], Opened | Unreadable]


class Where(NamedTuple):
    """What a source may be read against: the input's folder, the root, the process's environment."""

    folder: Path
    root: Path
    environment: Mapping[str, str]
    decrypted: Decrypted  # what of a run is known already


def sources() -> tuple[str, ...]:
    """The sources that are opened, sorted; `literal` stands in the file itself."""
    return tuple(
        sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != "faults")
    )


def read_all(app: App, where: Where) -> tuple[dict[tuple[str, str], Hidden], list[Finding]]:
    """Every value of the app's plain Secrets by (secret, key), and what could not be had."""
    values: dict[tuple[str, str], Hidden] = {}
    findings: dict[object, Finding] = {}
    for secret in app.secrets.values():
        if not isinstance(secret.origin, Plain):
            continue
        for value in secret.origin.values:
            if value.source == "literal":
                continue
            read: Callable[..., bytes] = import_module(f"{__name__}.{value.source}").read
            try:
                values[secret.key, value.key] = Hidden(read(value.argument, where, *value.rest))
            except Unreadable as error:
                cause = error.cause or (secret.key, value.key)
                first = findings.get(cause)
                findings[cause] = (
                    first._replace(also=(*first.also, value.at)) if first
                    else error.code.at(value.at, key=f"{secret.key}.{value.key}", **error.words)
                )  # fmt: skip
    return values, list(findings.values())
