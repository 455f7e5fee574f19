"""What we emit for the API server, loaded by its own code."""

from collections.abc import Iterator

import pytest

from . import programs
from .loading import Loader, Refused


@pytest.fixture(scope="module")
def loader() -> Iterator[Loader]:
    try:
        found = Loader()
    except programs.Missing as missing:
        pytest.skip(str(missing))
    with found:
        yield found


def test_the_loader_tells_a_good_text_from_a_bad_one(loader: Loader) -> None:
    policy = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"

    loader.policy(policy + "- {level: None, users: [kim]}\n- {level: Metadata}\n")
    with pytest.raises(Refused, match="0 rules"):
        loader.policy(policy)
    (hit,) = loader.hits(
        policy + "- {level: None, users: [kim]}\n- {level: Metadata}\n",
        [{"user": "kim", "verb": "get", "resource": "secrets"}],
    )
    assert hit == (0, "None", ())
