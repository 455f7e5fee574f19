"""A kube-apiserver of one Kubernetes release, and the kube-controller-manager that is the same program."""

from pathlib import Path
from typing import NamedTuple

from . import Program
from ._go import Module, advice


class Release(NamedTuple):
    """What apiserver/main.go is at one release of k8s.io/kubernetes."""

    requirements: str  # the file in apiserver/ that names it
    cost: str  # of building it
    suffix: str = ""  # of both programs' names

    def server(self) -> Program:
        """The kube-apiserver."""
        return Program(self._server.program, advice(self.cost), self._server.find)

    def manager(self) -> Program:
        """The kube-controller-manager, which lies beside it."""
        name = self._server.alias
        return Program(name, advice(f"with {self._server.program}"), self._beside)

    @property
    def _server(self) -> Module:
        return Module(
            f"kube-apiserver{self.suffix}", "apiserver", "k8s.io/kubernetes",
            requirements=self.requirements, stamped=True, alias=f"kube-controller-manager{self.suffix}",
        )  # fmt: skip

    def _beside(self) -> Path | None:
        server = self._server.find()
        return server.with_name(self._server.alias) if server else None


NEWEST = Release("go.mod", "about 7 minutes")
V1_34 = Release("1.34/go.mod", "about 4 minutes", "-1.34")
