"""The plain run takes seconds: what needs real servers or heavy tools is asked for by its mark."""

import pytest

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
