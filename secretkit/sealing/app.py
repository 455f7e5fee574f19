"""The app of one file as an environment has it, and what is sealed in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from secretkit import one_file, pipeline
from secretkit.emit import yaml
from secretkit.finding import Finding, Rejected
from secretkit.load import load
from secretkit.load.inputs import Input, read
from secretkit.model.app import App
from secretkit.model.platform import Platform
from secretkit.model.secret import Sealed
from secretkit.single import Options, by_policy, environments, judged_app, wrong_kind
from secretkit.text import Path as Steps
from secretkit.text import Source, Tree, get


class Standing(NamedTuple):
    """One file under its platform file, in one environment; `app` is what they make together."""

    root: Path
    input: Input
    tree: Tree
    platform: Platform | None
    environment: str | None
    app: App
    findings: tuple[Finding, ...]

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
        return isinstance(self.own(secret).get("sealed"), dict)

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
    file: Path, given: Path | None, environment: str | None, new: str | None = None
) -> Standing:
    """A file as an environment has it; `new` is its text where it is not there yet.

    Raises Usage where it cannot be read, Rejected where it is wrong.
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
    return _standing(Standing(root, found, tree, platform, environment, nobody, ()), tree)


def _standing(here: Standing, tree: Tree) -> Standing:
    platform = here.platform
    options = Options(environment=here.environment)
    if platform:
        options = options._replace(target=platform.target)
    app, found = judged_app(tree, options, platform)
    findings = by_policy(found, platform)
    if app is None:
        raise Rejected([one for one in findings if one.severity == "error"])
    return here._replace(tree=tree, app=app, findings=tuple(findings))


def begun(name: str, namespace: str) -> str:
    """The text of a file that holds nothing yet."""
    return (
        "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\nmetadata:\n"
        f"{yaml.field('name', name, 2)}{yaml.field('namespace', namespace, 2)}spec: {{}}\n"
    )


def sealed(app: App) -> Mapping[str, Sealed]:
    """The secrets of an app that are sealed, by their key."""
    return {
        key: secret.origin
        for key, secret in app.secrets.items()
        if isinstance(secret.origin, Sealed)
    }
