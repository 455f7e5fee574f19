"""Which platform file speaks for an app: the nearest, up to the root, or the one that is given."""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from secretkit import __version__, rules
from secretkit.check import Checker, faults
from secretkit.finding import Finding, Rejected, Usage, closest
from secretkit.load import load
from secretkit.load.inputs import PLATFORM as NAME
from secretkit.load.inputs import Input, mentions_us, read
from secretkit.model.app import App, nobody
from secretkit.model.platform import Platform
from secretkit.resolve.merge import strangers
from secretkit.resolve.platform import resolve_platform
from secretkit.target import PARTS, TRIED, fits, spelled
from secretkit.text import Place, Tree

API_VERSION = "secretkit.dev/v1alpha1"


STORELESS = frozenset({"SK201", "SK202"})  # without a store no object can be made
# Nor has a policy a say where of two objects of one name, or two apps in a folder, one would be lost.
FIXED = STORELESS | {"SK601", "SK602", "SK603", "SK604"}


class Broken(Exception):
    """An app's platform file has errors, so the app cannot be judged."""


_Met: TypeAlias = Platform | Broken | None
_MOST_FOLDERS = 1000  # remembered at once; inputs come in the order of their folders


class Platforms:
    """The platform files of one run, each loaded once; what is wrong with them gathers."""

    def __init__(self, root: Path, given: Path | None, environment: str | None) -> None:
        self.findings: list[Finding] = []  # that make a platform no use
        self._warnings: dict[Path, list[Finding]] = {}
        self._root = root
        self._environment = environment
        self._by_folder: dict[str, _Met] = {}
        self._by_file: dict[Path, _Met] = {}
        self._given = _inside(given, root) if given else None

    def of_input(self, found: Input) -> Platform | None:
        """The platform of the app in a file, None where there is none; raises Broken where it has errors."""
        folder = found.name.rpartition("/")[0]
        if folder and not found.has_platform:
            folder = folder.rpartition("/")[0]
        met = self._load(self._given) if self._given else self._of(folder)
        if isinstance(met, Broken):
            raise Broken  # a new one: each gathers its traceback
        return met

    def _of(self, folder: str) -> "_Met":
        """The nearest to a folder, which is a POSIX path below the root: a cheaper key than a path."""
        if folder not in self._by_folder:
            met = self._nearest(folder)
            if len(self._by_folder) >= _MOST_FOLDERS:
                self._by_folder.clear()
            self._by_folder[folder] = met
        return self._by_folder[folder]

    @property
    def loaded(self) -> tuple[Platform, ...]:
        """Every platform that was met."""
        return tuple(found for found in self._by_file.values() if isinstance(found, Platform))

    @property
    def warned(self) -> Iterator[tuple[Platform, list[Finding]]]:
        """Platforms with what they are warned of."""
        for path, platform in self._by_file.items():
            if isinstance(platform, Platform):
                yield platform, self._warnings[path]

    def _nearest(self, folder: str) -> "_Met":
        path = os.path.join(self._root, folder, NAME)  # noqa: PTH118
        if os.path.isfile(path):  # noqa: PTH113
            found = _inside(Path(path), self._root)
            if mentions_us(found):
                return self._load(found)
        return self._of(folder.rpartition("/")[0]) if folder else None

    def _load(self, found: Input) -> "_Met":
        if found.path not in self._by_file:
            try:
                platform, warnings = load_platform(load(read(found)), self._environment)
                self._by_file[found.path] = platform
                self._warnings[found.path] = warnings
            except Rejected as rejected:
                self.findings += rejected.findings
                self._by_file[found.path] = Broken()
        return self._by_file[found.path]


def load_platform(tree: Tree, environment: str | None) -> tuple[Platform, list[Finding]]:
    """The platform of a tree and what it may be warned of.

    Raises Rejected with all that is wrong, Usage for another secretkit.
    """
    wrong = kind(tree)
    if wrong:
        raise Rejected([wrong])
    requires = (tree.value.get("spec") or {}) if isinstance(tree.value, dict) else {}
    _required(requires.get("requires") if isinstance(requires, dict) else None)
    wrong_form = checker().check(tree)
    if wrong_form:
        raise Rejected(wrong_form)
    platform = resolve_platform(tree, environment, checker().check)
    findings = [
        *_policy(platform), *_targets(platform), *_strangers(tree),
        *rules.judge(_as_app(platform), only="sk4_control_plane"),
    ]  # fmt: skip
    if any(found.severity == "error" for found in findings):
        raise Rejected(findings)
    return platform, findings


def _as_app(platform: Platform) -> App:
    """What a platform says of the control plane, for the rules that judge an app's."""
    return nobody(platform.name, "", platform.target, Place(platform.tree))._replace(
        audit=platform.audit, has_audit=bool(platform.audit), encryption=platform.encryption
    )


def _strangers(tree: Tree) -> Iterator[Finding]:
    """Variables and presets of an environment under a name that the file almost has."""
    spec = tree.value.get("spec", {})
    for name, patch in (spec.get("environments") or {}).items():
        at = Place(tree) / "spec" / "environments" / name
        for section in ("variables", "stores"):
            yield from strangers(name, (patch or {}).get(section), spec.get(section), at / section)


def _targets(platform: Platform) -> Iterator[Finding]:
    """Releases that nobody has tried: the output may be right."""
    for part, (oldest, newest) in TRIED.items():
        release = platform.target.release(part)
        if not oldest[:2] <= release[:2] <= newest[:2]:
            yield faults.UNTRIED.at(
                platform.at / "targets" / part, part=PARTS[part], release=spelled(release),
                oldest=spelled(oldest), newest=spelled(newest),
            )  # fmt: skip


def _policy(platform: Platform) -> Iterator[Finding]:
    """Codes in `policy` that are no rule's: a misspelt one would silence nothing."""
    if platform.policy:
        known = [rule.code for rule in rules.all_rules() if rule.code not in FIXED]
        for code in platform.policy:
            if code in known:
                continue
            from secretkit import codes

            is_ours = codes.find(code) is not None
            what = "is always what it is" if is_ours else "is no code of a rule"
            near = "" if is_ours else closest(code, known)
            place = (platform.at / "policy" / code).key
            yield faults.POLICY.at(place, name=code, what=what, near=near)


@cache
def checker() -> Checker:
    return Checker.published("platform")


def kind(tree: Tree) -> Finding | None:
    """A finding where a file that is named is not of kind Platform."""
    value: Mapping[str, Any] = tree.value if isinstance(tree.value, dict) else {}
    if value.get("apiVersion") == API_VERSION and value.get("kind") == "Platform":
        return None
    shown = [f"`{value[key]}`" for key in ("apiVersion", "kind") if isinstance(value.get(key), str)]
    got = " ".join(shown) or "a file without kind"
    return faults.PLATFORM_KIND.at(Place(tree) / "kind", got=got)


def _required(wanted: Any) -> None:
    if isinstance(wanted, str) and not fits(__version__, wanted):
        raise Usage(f"the platform file requires secretkit {wanted}, and this is {__version__}")


def _inside(path: Path, root: Path) -> Input:
    """The file as an input; raises Usage where it resolves outside the root or is not there."""
    if not path.exists():
        raise Usage(f"{path}: no such file")
    whole = path.resolve()
    if not whole.is_relative_to(root):
        raise Usage(f"{path}: lies outside the root {root}")
    return Input(root, whole.relative_to(root).as_posix(), direct=True)
