"""The API server's own loaders of its two files, and its evaluator of audit rules, kept running."""

import json
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from . import programs


class Hit(NamedTuple):
    """What upstream says of one request: the rule's number from 0, -1 where none matches."""

    rule: int
    level: str
    omit_stages: tuple[str, ...]


class Refused(Exception):
    """Upstream does not load the text; its own words."""


class Loader:
    """Upstream's code behind a pipe. Raises programs.Missing where it cannot be had."""

    def __init__(self, feature_gates: str = "") -> None:
        gates = [f"--feature-gates={feature_gates}"] if feature_gates else []
        self._command = [str(programs.find("apiserver-loader")), *gates]

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="secretkit-loader-")
        self._child = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={"TMPDIR": self._folder.name, "HOME": self._folder.name},
            cwd=Path(self._folder.name),
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._child.kill()
        self._child.communicate()
        self._folder.cleanup()

    def encryption(self, text: str, *, reload: bool = False) -> None:
        """Loads an EncryptionConfiguration; raises Refused."""
        self._ask({"do": "encryption", "text": text, "reload": reload})

    def policy(self, text: str) -> None:
        """Loads an audit Policy; raises Refused."""
        self._ask({"do": "policy", "text": text})

    def hits(self, text: str, requests: Iterable[Mapping[str, Any]]) -> Sequence[Hit]:
        """What each request meets in a Policy; raises Refused.

        A request: user, groups, verb, namespace, group, version, resource, subresource, name; or
        path, where it is for no resource.
        """
        said = self._ask({"do": "evaluate", "text": text, "requests": list(requests)})
        return [
            Hit(one["rule"], one["level"], tuple(one["omitStages"]))
            for one in said.get("hits") or ()
        ]

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        assert self._child.stdin
        assert self._child.stdout
        self._child.stdin.write(json.dumps(question) + "\n")
        self._child.stdin.flush()
        said: dict[str, Any] = json.loads(self._child.stdout.readline())
        if said["error"]:
            raise Refused(said["error"])
        return said
