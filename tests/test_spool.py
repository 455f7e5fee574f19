"""What waits in a file is read by processes that were forked from here, too."""

import os

from secretkit import workers
from secretkit.spool import Spool

TEXTS = [f"{number:06d}é".encode() * 30 for number in range(200)]


def test_processes_read_what_was_put_before_they_began() -> None:
    spool = Spool(most=0)
    held = [spool.put(text) for text in TEXTS]

    assert list(workers.each(spool.get, held, 4)) == TEXTS


def test_a_reader_leaves_the_position_that_all_processes_share() -> None:
    spool = Spool(most=0)
    held = [spool.put(text) for text in TEXTS]
    assert spool._file is not None
    before = os.lseek(spool._file.fileno(), 0, os.SEEK_CUR)

    assert spool.get(held[7]) == TEXTS[7]
    assert os.lseek(spool._file.fileno(), 0, os.SEEK_CUR) == before
