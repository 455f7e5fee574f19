"""Fixtures for tests on a real API server; where a part is absent they skip and say which."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from . import programs
from .server import ApiServer, R, Start

HERE = Path(__file__).parent
CRDS = HERE.parents[2] / "shared" / "crds"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cluster: needs a real kube-apiserver, etcd and kubectl")


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="session")
def crds() -> Path:
    """The folder of upstream CRDs: ESO's newest, Sealed Secrets, Argo CD; releases in folders."""
    if not CRDS.is_dir():
        pytest.skip("the upstream CRDs (folder shared/crds beside the checkout) are not here")
    return CRDS


@pytest.fixture(scope="session")
def real_programs() -> None:
    """Finds or builds all programs, once: a build that fails is not tried again for each test."""
    try:
        for name in ("etcd", "openssl", "kubectl", "kube-apiserver"):
            programs.find(name)
    except programs.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def api_server(real_programs: None, crds: Path) -> Iterator[ApiServer]:  # noqa: ARG001
    """One server for the whole run: Kubernetes 1.34 with the newest CRDs. Not for changing."""
    with ExitStack() as stack:
        server = entered(stack, ApiServer(emulated_version="1.34"))
        server.install_crds(crds)
        yield server


@pytest.fixture
def namespace(api_server: ApiServer) -> str:
    """A fresh namespace on `api_server`; it goes when the server does."""
    return api_server.create_namespace()


@pytest.fixture
def start(real_programs: None) -> Iterator[Start]:  # noqa: ARG001
    """Starts servers of a test's own, `start(ApiServer(flags=...))`, and ends them with it."""
    with ExitStack() as stack:

        def begin(server: R, /) -> R:
            return entered(stack, server)

        yield begin


def entered(stack: ExitStack, server: R) -> R:
    """Starts the server for as long as the stack lives; skips the test where that cannot be."""
    try:
        stack.enter_context(server)
    except programs.Missing as missing:
        pytest.skip(str(missing))
    return server
