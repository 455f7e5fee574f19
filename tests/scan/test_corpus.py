"""Recall and precision on the labelled tree are what docs/scanning.md says, or better."""

import re
from pathlib import Path

import pytest
from corpus import Corpus, Label, corpus
from measuring import Alarm, Measured, measured, ours

PAGE = Path(__file__).parents[2] / "docs" / "scanning.md"


@pytest.fixture(scope="module")
def labelled() -> Corpus:
    return corpus()


def test_the_tree_is_large_and_mixed(labelled: Corpus) -> None:
    assert sum(label.is_secret for label in labelled.labels) >= 300
    assert sum(not label.is_secret for label in labelled.labels) >= 300


def test_the_same_seed_gives_the_same_tree(labelled: Corpus) -> None:
    again = corpus()

    assert (again.files, again.labels) == (labelled.files, labelled.labels)


def test_ours_finds_what_the_docs_say(labelled: Corpus, tmp_path: Path) -> None:
    labelled.write(tmp_path / "tree")
    found = measured(labelled, ours(tmp_path / "tree"))
    said = re.search(r"^\| `secretkit scan` \| ([\d.]+) \| ([\d.]+) \|", PAGE.read_text(), re.M)

    assert said
    assert found.misses == ()
    assert found.false == ()
    assert (found.recall, found.precision) >= (float(said[1]), float(said[2]))


def test_another_seed_does_as_well(tmp_path: Path) -> None:
    """What is found is not learnt by heart from one tree's values."""
    import corpus as module

    other = Corpus(seed=7)
    for build in module.PLACES:
        build(other)
    other.write(tmp_path / "tree")
    found = measured(other, ours(tmp_path / "tree"))

    assert found.recall >= 0.99
    assert found.precision >= 0.97


def test_a_measure_counts_what_is_missed_and_what_is_false() -> None:
    one = Corpus()
    one.labels += [
        Label("p", "a", 1, 1, True, ""),
        Label("p", "a", 3, 3, True, ""),
        Label("p", "a", 5, 5, False, ""),
    ]
    found = measured(one, [Alarm("a", 1, 1), Alarm("a", 1, 2), Alarm("a", 5, 5)])

    assert isinstance(found, Measured)
    assert (found.recall, found.precision) == (0.5, 0.5)
