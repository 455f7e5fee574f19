"""A checked tree to an `App`: environment, variables and defaults settled, every value with its place."""

from collections.abc import Mapping
from typing import NamedTuple

from secretkit.hidden import Hidden
from secretkit.model.platform import Platform
from secretkit.target import Target

# What holds where neither app nor platform says otherwise.
REFRESH = "1h"
FILE_MODE = "0444"


class Context(NamedTuple):
    """What an app is resolved for. `values` holds what was read in the clear: (secret, key) -> value."""

    target: Target = Target()
    environment: str | None = None
    platform: Platform | None = None
    values: Mapping[tuple[str, str], Hidden] = {}
