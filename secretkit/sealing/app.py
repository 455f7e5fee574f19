"""The app of one file as an environment has it, and what is sealed in it."""

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from secretkit import one_file, pipeline
from secretkit.emit import yaml
from secretkit.finding import Finding, Rejected
from secretkit.load import load
from secretkit.load.inputs import Input, mentions_us, read
from secretkit.model.app import App
from secretkit.model.platform import Platform
from secretkit.model.secret import Sealed
from secretkit.single import Options, by_policy, environments, judged_app, wrong_kind
from secretkit.text import Layer, Source, Tree, get
from secretkit.text import Path as Steps


class Standing(NamedTuple):
    """One file under its platform file, in one environment; `app` is what they make together."""

    root: Path
    input: Input
    tree: Tree
    platform: Platform | None
    environment: str | None
    app: App
    findings: tuple[Finding, ...]
    is_to_fill: bool = False  # secrets that wait for their values are taken as they will be

    @property
    def environments(self) -> tuple[str, ...]:
        """Every environment that the app is rendered in, beside its base."""
        declared = self.platform.environments if self.platform else ()
        return declared or tuple(sorted(environments(self.tree)))

    def steps(self, secret: str, environment: str | None = None) -> Steps:
        """Where the file says of a secret what is of this environment alone."""
        name = environment or self.environment
        inside: Steps = ("spec", "environments", name) if name else ()
        return (*inside, "spec", "secrets", secret)

    def own(self, secret: str) -> Mapping[str, Any]:
        """What the file says there."""
        found = get(self.tree.value, self.steps(secret))
        return found if isinstance(found, dict) else {}

    def is_own(self, secret: str) -> bool:
        """Whether the ciphertext of this environment is its own, and not that of the base."""
        return bool(self.own(secret).get("sealed"))

    def with_text(self, text: str) -> "Standing":
        """The same with another text of the file; raises Rejected with what is wrong with that."""
        return _standing(self, load(Source(self.input.name, text)))

    def within(self, environment: str | None) -> "Standing":
        """The same in another environment; raises Rejected where there is no such app."""
        platform = self.platform
        if platform:
            given = self.root / platform.tree.source.name
            platform = one_file.platform_of(self.root, self.input, given, environment)
        return _standing(self._replace(platform=platform, environment=environment), self.tree)


def standing(
    file: Path, given: Path | None, environment: str | None, new: str | None = None, *,
    is_to_fill: bool = False,
) -> Standing:  # fmt: skip
    """A file as an environment has it; `new` is its text where it is not there yet.

    With `is_to_fill` a secret may wait for its values, as `sealed: {}` or with nothing at all. Raises Usage where it cannot be read, Rejected where it is wrong.
    """
    is_new = new is not None and not file.exists()
    root, found = one_file.place_for(file) if is_new else one_file.find(file)
    tree = load(Source(found.name, new or "") if is_new else read(found))
    wrong = wrong_kind(tree)
    if wrong:
        raise Rejected([wrong])
    platform = one_file.platform_of(root, found, given, environment)
    declared = platform.environments if platform else ()
    pipeline.known_environment(environment, declared or tuple(sorted(environments(tree))))
    nobody: Any = None
    here = Standing(root, found, tree, platform, environment, nobody, (), is_to_fill)
    return _standing(here, tree)


# Where no value is yet: a key of no Secret that anybody has, and ciphertext of the right form.
_STAND_IN = {"secretkit.stand-in": base64.b64encode(b"\x01\0" + bytes(256 + 16)).decode()}


def _filled(tree: Tree) -> Tree:
    """The tree with something in each `sealed` that waits for its values; its text stays as it is."""
    value = _filled_spec(tree.value, _is_waiting)
    inside = get(value, ("spec", "environments"))
    if isinstance(inside, dict):
        patches = {name: _filled_spec(one, _is_waiting_in_patch) for name, one in inside.items()}
        value = {**value, "spec": {**value["spec"], "environments": patches}}
    return tree._replace(value=value, layers=(Layer(tree.source, (), value),))


def _filled_spec(whole: Any, is_waiting: Callable[[Any], bool]) -> Any:
    secrets = get(whole, ("spec", "secrets"))
    if not isinstance(secrets, dict):
        return whole
    filled = {
        name: {**(one or {}), "sealed": _STAND_IN} if is_waiting(one) else one
        for name, one in secrets.items()
    }
    return {**whole, "spec": {**whole["spec"], "secrets": filled}}


def _is_waiting(secret: Any) -> bool:
    if secret in (None, {}):
        return True
    return isinstance(secret, dict) and "sealed" in secret and secret["sealed"] in (None, {})


def _is_waiting_in_patch(secret: Any) -> bool:
    """Of an environment: there null takes away what the base has."""
    return isinstance(secret, dict) and secret.get("sealed") == {}


def _standing(here: Standing, tree: Tree) -> Standing:
    platform = here.platform
    options = Options(environment=here.environment)
    if platform:
        options = options._replace(target=platform.target)
    app, found = judged_app(_filled(tree) if here.is_to_fill else tree, options, platform)
    findings = by_policy(found, platform)
    if app is None:
        raise Rejected([one for one in findings if one.severity == "error"])
    return here._replace(tree=tree, app=app, findings=tuple(findings))


def is_sealing(found: Input) -> bool:
    """Whether a file is one of ours and speaks of sealed values, or is too wrong to tell."""
    source = read(found)
    if "sealed" not in source.text:
        return False
    try:
        return wrong_kind(load(source)) is None
    except Rejected:
        return mentions_us(found)


def begun(name: str, namespace: str) -> str:
    """The text of a file that holds nothing yet."""
    return (
        "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\nmetadata:\n"
        f"{yaml.field('name', name, 2)}{yaml.field('namespace', namespace, 2)}spec: {{}}\n"
    )


def sealed(app: App) -> Mapping[str, Sealed]:
    """The secrets of an app that are sealed, by their key, less those that wait for their values."""
    return {
        key: secret.origin
        for key, secret in app.secrets.items()
        if isinstance(secret.origin, Sealed) and secret.origin.data.keys() != _STAND_IN.keys()
    }
