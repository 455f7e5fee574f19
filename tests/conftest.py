"""The plain run takes seconds: what needs real servers or heavy tools is asked for by its mark."""

import os
from collections.abc import Callable

import pytest
from hypothesis import settings

# The same cases in every run, so that a red one is red for all; HYPOTHESIS_PROFILE=search looks on.
# Without a deadline: a busy machine makes no case wrong.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

# No test depends on what another run left; those of the cache have one of their own.
os.environ["SECRETKIT_NO_CACHE"] = "1"

_HOW = {
    "cluster": "a real API server: run `make cluster`",
    "slow": "takes long or needs a tool of its own: run `pytest -m slow`",
}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.markexpr:
        return
    for item in items:
        for mark, how in _HOW.items():
            if item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=how))


@pytest.fixture
def ran(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The command line in this process: exit code, stdout, stderr."""
    from secretkit.cli import run

    def ran(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        return code, *capfd.readouterr()

    return ran
