"""RFC 7386 merge patches: the one way in which layers and patches change a tree."""

from collections.abc import Mapping
from typing import Any


def merged(base: Any, patch: Any) -> Any:
    """The merge of a patch into a new value; neither argument changes."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(base) if isinstance(base, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result
