"""Much is in order, and looked through for what comes twice, whatever of it waits in a file."""

import random

import pytest

from secretkit import sorting, spool
from secretkit.sorting import Numbers, Sorted


@pytest.fixture(autouse=True)
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MOST", 100)
    monkeypatch.setattr(sorting, "_RUN", 10)
    monkeypatch.setattr(sorting, "_BLOCK", 3)
    monkeypatch.setattr(sorting, "_CHUNK", 2)


def texts(count: int, seed: int) -> list[bytes]:
    rng = random.Random(seed)
    return [rng.randbytes(rng.randrange(4)) for _ in range(count)]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20, 105])
@pytest.mark.parametrize("seed", range(3))
def test_texts_come_in_their_order(count: int, seed: int) -> None:
    found = texts(count, seed)

    assert list(Sorted(found)) == sorted(found)
    assert list(Sorted(sorted(found))) == sorted(found)  # whose runs follow one another
    assert list(Sorted(sorted(found, reverse=True))) == sorted(found)


def test_what_comes_last_may_come_before_runs_that_are_in_order() -> None:
    found = [*(b"%02d" % number for number in range(10, 30)), b"00"]

    assert list(Sorted(found)) == sorted(found)


def test_texts_can_be_read_many_times_at_once() -> None:
    found = Sorted(texts(100, 0))

    assert list(zip(found, found, strict=True)) == [(one, one) for one in sorted(texts(100, 0))]


@pytest.mark.parametrize("seed", range(5))
def test_numbers_that_come_twice_are_told(seed: int) -> None:
    rng = random.Random(seed)
    alike = [number << 8 | 7 for number in rng.choices(range(1 << 24), k=50)]
    found = [*rng.choices(range(1 << 32), k=1000), *rng.choices(range(600), k=300), *alike, 0]
    numbers = Numbers()
    for at in range(0, len(found), 7):
        numbers.add(found[at : at + 7])

    assert numbers.repeated() == {one for one in found if found.count(one) > 1}
