"""A hidden value does not show itself, and few may open it."""

import copy
import json
import logging
import pickle
import re
import traceback
from pathlib import Path

import pytest

import secretkit
from secretkit.hidden import Hidden
from secretkit.model.secret import Value
from secretkit.text import Place, Tree

CANARY = b"Kanarienvogel"
MAY_REVEAL = {
    "cli/encryption/keygen.py",
    "compile/plain_secret.py",
    "encryption/key_bytes.py",
    "encryption/materialize.py",
    "encryption/unlike.py",
    "expiry.py",
    "rules/sk5_values/sk510_literal_looks_secret.py",
    "rules/sk5_values/sk512_docker_config.py",
    "rules/sk5_values/sk513_ssh_key.py",
    "rules/sk5_values/sk514_tls_pem.py",
    "rules/sk5_values/sk517_bootstrap_token.py",
    "rules/sk5_values/sk526_placeholder.py",
    "rules/sk5_values/sk560_key_of_another.py",
    "rules/sk5_values/sk561_chain_order.py",
    "scan/__init__.py",
    "sealing/crypto.py",
    "values/sops.py",
}


def test_it_opens_by_reveal_alone() -> None:
    assert Hidden(CANARY).reveal() == CANARY


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(repr(Hidden(CANARY)), id="repr"),
        pytest.param(str(Hidden(CANARY)), id="str"),
        pytest.param(f"{Hidden(CANARY)}", id="an f-string"),
        pytest.param(f"{Hidden(CANARY):>20}", id="a format"),
        pytest.param(f"{Hidden(CANARY)!r}", id="an f-string with repr"),
        pytest.param("{}".format(Hidden(CANARY)), id="str.format"),  # noqa: UP032
        pytest.param("%s" % Hidden(CANARY), id="a percent sign"),  # noqa: UP031
    ],
)
def test_it_prints_as_nothing_but_its_kind(shown: str) -> None:
    assert shown == "Hidden(…)"


def test_what_holds_it_does_not_print_it_either() -> None:
    value = Value("password", "file", "pw", Hidden(CANARY), Place(Tree({}, ())))

    assert CANARY.decode() not in repr([value, {"a": value}])


def test_a_log_record_does_not_show_it(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("any").error("value %s %r", Hidden(CANARY), Hidden(CANARY))

    assert CANARY.decode() not in caplog.text


def test_a_traceback_with_locals_does_not_show_it() -> None:
    def fails(hidden: Hidden) -> None:
        raise ValueError(hidden)

    try:
        fails(Hidden(CANARY))
    except ValueError as error:
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        assert CANARY.decode() not in "".join(shown.format())


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_does_not_pickle(protocol: int) -> None:
    with pytest.raises(TypeError, match="does not pickle"):
        pickle.dumps(Hidden(CANARY), protocol)


@pytest.mark.parametrize("take", [copy.copy, copy.deepcopy])
def test_it_does_not_copy(take: type) -> None:
    with pytest.raises(TypeError, match="does not pickle"):
        take(Hidden(CANARY))


@pytest.mark.parametrize("take", [json.dumps, bytes, list, vars, iter])
def test_no_other_way_opens_it(take: type) -> None:
    with pytest.raises(TypeError) as caught:
        take(Hidden(CANARY))

    assert CANARY.decode() not in str(caught.value)


def test_two_of_one_value_are_not_equal_so_nobody_can_guess_by_comparing() -> None:
    assert Hidden(CANARY) != Hidden(CANARY)
    known: list[object] = [CANARY]
    assert Hidden(CANARY) not in known
    assert hash(Hidden(CANARY)) != hash(CANARY)


def test_it_tells_its_length_for_limits() -> None:
    assert len(Hidden(CANARY)) == 13


def test_only_these_files_open_a_value() -> None:
    package = Path(secretkit.__file__).parent
    opening = re.compile(r"\.reveal\b|\b_value\b")

    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if opening.search(path.read_text(encoding="utf-8"))
    }

    assert found == MAY_REVEAL | {"hidden.py"}
