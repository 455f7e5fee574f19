"""The encryption that a file speaks of, and where it stands: in a platform file, or in a lone app's."""

import os
import shlex
from pathlib import Path as File
from typing import NamedTuple

from secretkit import one_file
from secretkit.encryption import faults
from secretkit.finding import Code, Finding, Rejected, Usage
from secretkit.load import load
from secretkit.load.inputs import Input, read
from secretkit.model.control_plane import Encryption
from secretkit.platforms import load_platform
from secretkit.single import Options, judged_app
from secretkit.target import Target
from secretkit.text import Place, Source, Tree


class Declared(NamedTuple):
    """What is declared for one environment. `input` is the file that an edit would change."""

    root: File
    input: Input
    own: Tree  # that file by itself
    spec: Place  # as the environment has it
    encryption: Encryption | None  # None where the file declares none, or an app only demands
    target: Target
    environment: str | None
    findings: tuple[Finding, ...]  # warnings on the encryption
    call: str = ""  # the file as commands name it from here
    below: str = (
        ""  # the file of the call, where an edit would change another one that it does not name
    )

    @property
    def needed(self) -> Encryption:
        """The encryption; raises Rejected where there is none."""
        if self.encryption is None:
            raise self.refused(faults.UNDECLARED, self.spec)
        return self.encryption

    def refused(self, code: Code, place: Place, **words: str) -> Rejected:
        """A finding whose mend names the environment: typed without it, it would change the base."""
        found = code.at(place, (), **words)
        if self.environment:
            env = f" --env {shlex.quote(self.environment)}"
            found = found._replace(fix=found.fix.replace(" FILE", f" FILE{env}"))
        return Rejected([found])


def declared(file: File, given: File | None = None, environment: str | None = None) -> Declared:
    """What a file, or the platform file above an app's, declares for an environment.

    Raises Usage where a file cannot be read, Rejected with what is wrong with it.
    """
    found = _declared(file, given, environment)
    path = found.input.path
    if path == file.resolve():
        return found._replace(call=str(file))
    is_given = given is not None and path == given.resolve()
    return found._replace(call=os.path.relpath(path), below="" if is_given else str(file))


def _declared(file: File, given: File | None, environment: str | None) -> Declared:
    root, found = one_file.find(file)
    tree = load(read(found))
    if isinstance(tree.value, dict) and tree.value.get("kind") == "Platform":
        return _of_platform(root, found, tree, environment)
    platform = one_file.platform_of(root, found, given, environment)
    if platform:
        source = platform.tree.source
        above = Input(root, source.name, direct=True)
        return _of_platform(root, above, load(source), environment)
    return _of_app(root, found, tree, environment)


def again(found: Declared, text: str) -> Declared:
    """The same with another text of its file; raises Rejected with what is wrong with that."""
    tree = load(Source(found.input.name, text))
    of = _of_platform if tree.value["kind"] == "Platform" else _of_app
    return of(found.root, found.input, tree, found.environment)._replace(call=found.call)


def _of_platform(root: File, found: Input, tree: Tree, environment: str | None) -> Declared:
    platform, warnings = load_platform(tree, environment)
    if environment and environment not in platform.environments:
        raise Usage(f"{found.name} declares no environment `{environment}`")
    known = platform.encryption if platform.encryption and platform.encryption.block else None
    about = tuple(one for one in warnings if one.code.startswith("SK4"))
    return Declared(
        root, found, tree, platform.at, known, platform.target, environment, about
    )  # fmt: skip


def _of_app(root: File, found: Input, tree: Tree, environment: str | None) -> Declared:
    options = Options(environment=environment)
    app, findings = judged_app(tree, options, None, ())
    about = tuple(one for one in findings if one.code.startswith("SK4"))
    if app is None or any(one.severity == "error" for one in about):
        raise Rejected(findings if app is None else about)
    known = app.encryption if app.encryption and app.encryption.block else None
    return Declared(root, found, tree, app.at / "spec", known, app.target, environment, about)
