"""A checked tree to an `App`: environment, variables and defaults settled, every value with its place."""

from collections.abc import Mapping
from typing import NamedTuple

from secretkit.hidden import Hidden
from secretkit.target import Target


class Defaults(NamedTuple):
    """What a platform file may set for all apps."""

    refresh: str = "1h"
    file_mode: str = "0444"


class Context(NamedTuple):
    """What an app is resolved for. `values` holds what was read in the clear: (secret, key) -> value."""

    target: Target = Target()
    environment: str | None = None
    defaults: Defaults = Defaults()
    values: Mapping[tuple[str, str], Hidden] = {}
