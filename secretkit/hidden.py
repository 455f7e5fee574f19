"""A value in the clear that cannot be printed, compared in a message, or pickled by accident."""

from typing import NoReturn


class Hidden:
    """Bytes of a secret. They open by `reveal()` alone; a test lists the files that call it."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        return self._value

    def __repr__(self) -> str:
        return "Hidden(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "Hidden(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a hidden value does not pickle")

    def __len__(self) -> int:
        return len(self._value)
