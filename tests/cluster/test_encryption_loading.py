"""EncryptionConfigurations by the hundred: what we render and what we read, against upstream's own code."""

import base64
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from io import StringIO
from typing import Any, TypeAlias

import pytest
import yaml

from secretkit import pipeline, report
from secretkit.compile.encryption_configuration import PLACEHOLDER, configuration
from secretkit.emit.templates import Templates
from secretkit.encryption.configuration import Read, read, read_bytes
from secretkit.finding import Rejected
from secretkit.load import load
from secretkit.objects import Object
from secretkit.pipeline import Options, judge
from secretkit.resolve import Context
from secretkit.resolve.app import resolve
from secretkit.target import Target
from secretkit.text import Source

from . import programs
from .loading import Loader, Refused

Tree: TypeAlias = dict[str, Any]

MANY = 600
# A plugin that is not there is waited for as long as its timeout.
QUICK = "1ms"


@pytest.fixture(scope="module")
def loader() -> Iterator[Loader]:
    try:
        found = Loader("KMSv1=true")
    except programs.Missing as missing:
        pytest.skip(str(missing))
    with found:
        yield found


def upstream(loader: Loader, text: str, *, reload: bool = False) -> str:
    """Why upstream refuses a text; empty where it loads it."""
    try:
        loader.encryption(text, reload=reload)
    except Refused as refused:
        return str(refused)
    return ""


def ours(text: str) -> tuple[Read | None, list[str]]:
    """What we read, or nothing; and the codes of what we say."""
    try:
        found = read(Source("encryption.yaml", text))
    except Rejected as rejected:
        return None, sorted(one.code for one in rejected.findings)
    return found, sorted(one.code for one in found.warnings)


# What we render.

STATES = ("next", "active", "previous")
PROVIDERS = ("kms", "secretbox", "aesgcm", "aescbc")
RESOURCES = (
    "secrets", "secrets", "configmaps", "events", "deployments.apps", "widgets.example.com", "secrets.",
    "*.", "*.*", "*.apps", "*.example.com", "leases.coordination.k8s.io",
)  # fmt: skip
ODD_RESOURCES = (
    "Secrets", "*", "secrets.*", "events.events.k8s.io", "*.events.k8s.io", "ingresses.extensions",
    "apiserveripinfo", "serviceipallocations", "servicenodeportallocations", "pods/exec", "secrets.apps/v1",
)  # fmt: skip
TARGETS = ((1, 25), (1, 26), (1, 27), (1, 28), (1, 30), (1, 31), (1, 34), (1, 37))


def some(rng: random.Random, texts: tuple[str, ...], odd: tuple[str, ...], most: int) -> list[str]:
    found = [rng.choice(texts) for _ in range(rng.randint(1, most))]
    if rng.random() < 0.05:
        found.append(rng.choice(odd))
    return found


def keys(rng: random.Random, states: tuple[str, ...]) -> list[Tree]:
    """Keys as a file that makes sense has them, and now and then not."""
    found = (
        [rng.choice(states)] if rng.random() < 0.1 else list(states[: rng.randint(1, len(states))])
    )
    rng.shuffle(found)
    return [{"name": f"key-{rng.randint(1, 200)}", "state": state} for state in found]


def block(rng: random.Random, states: tuple[str, ...]) -> Tree:
    provider = rng.choice(PROVIDERS)
    if provider != "kms":
        return {"provider": provider, "keys": keys(rng, states)}
    kms: Tree = {
        "name": rng.choice(["aws-kms", "vault", "kms-2", "a_b", "x.y"]),
        "endpoint": rng.choice(
            ["unix:///var/run/kms.sock", "unix:///@kms", "unix:///run/kms%20.sock"]
        ),
        "timeout": rng.choice([QUICK, "500us", "1000000ns"]),
    }
    if rng.random() < 0.05:
        kms["timeout"] = rng.choice(["0s", "-1s", "3"])
    return {"provider": provider, "kms": kms}


def section(rng: random.Random) -> Tree:
    """An `encryption` section."""
    found = {
        "resources": some(rng, RESOURCES, ODD_RESOURCES, 3),
        **block(rng, ("active", "next", "previous")),
    }
    if rng.random() < 0.35:
        wildcard = rng.choice([["*.*"], ["*."], ["*.apps", "secrets"], ["*.", "*.apps"]])
        found |= {"resources": wildcard, "except": some(rng, RESOURCES, ODD_RESOURCES, 2)}
    for flag in ("readUnencrypted", "writeUnencrypted"):
        if rng.random() < 0.4:
            found[flag] = rng.random() < 0.8
    if rng.random() < 0.25:
        found["moveTo"] = block(rng, ("next",))
    elif rng.random() < 0.3:
        found["moveFrom"] = block(rng, ("previous",))
    return found


HEAD = (
    "apiVersion: secretkit.dev/v1alpha1\nkind: AppSecrets\n"
    "metadata: {name: shop, namespace: prod}\nspec:\n  encryption: "
)


def rendered(section: Tree, target: Target) -> str | None:
    """The text that comes of a section; None where our rules refuse it."""
    source = Source("secrets.yaml", HEAD + json.dumps(section))
    options = Options()
    if any(one.severity == "error" for one in judge(source, options)):
        return None
    app = resolve(load(source), Context(target=target), lambda _: ())
    assert app.encryption is not None
    body = configuration(app.encryption, app.target)
    return Templates().fill(Object(body, app.encryption.at))


def with_keys(text: str, rng: random.Random) -> str:
    """The text with bytes for each placeholder: the same for a key in each of its entries."""
    body = yaml.safe_load(text)
    made: dict[str, str] = {}
    for entry in body["resources"]:
        for provider in entry["providers"]:
            for said in provider.values():
                for key in said.get("keys", ()):
                    assert key["secret"] == PLACEHOLDER
                    key["secret"] = made.setdefault(key["name"], new_key(rng))
    return yaml.safe_dump(body)


def new_key(rng: random.Random, size: int = 32) -> str:
    return base64.b64encode(rng.randbytes(size)).decode()


def test_what_our_rules_accept_is_loaded_and_read_back(loader: Loader) -> None:
    rng = random.Random(20261124)
    accepted, seen = 0, Counter[str]()

    for _ in range(3 * MANY):
        asked = section(rng)
        target = Target(kubernetes=(*rng.choice(TARGETS), 0))
        text = rendered(asked, target)
        if text is None:
            seen["refused"] += 1
            continue
        whole = with_keys(text, rng)
        # A server that reloads by itself is the stricter one.
        assert upstream(loader, whole, reload=True) == "", asked
        back, codes = ours(whole)
        assert back, (asked, codes)
        assert codes == []
        assert read(Source("rendered.yaml", text), rendered=True).warnings == ()
        accepted += 1
        seen.update(key for key in asked if key != "resources")
        seen.update(["v1" if "apiVersion: v1\n" in whole.partition("kind:")[2] else ""])

    assert accepted >= 500, accepted
    few = {
        name
        for name in (
            "except",
            "moveTo",
            "moveFrom",
            "kms",
            "keys",
            "writeUnencrypted",
            "readUnencrypted",
            "v1",
            "refused",
        )
        if seen[name] < 20
    }
    assert few == set(), seen


# What we refuse of it, upstream need not: these are the rules that are ours.


def test_what_upstream_refuses_is_refused_by_our_rules(loader: Loader) -> None:
    """Rendered whatever our rules say, a section that upstream does not load is one that they refuse."""
    rng = random.Random(7)
    refused = 0

    for _ in range(MANY):
        asked = section(rng)
        source = Source("secrets.yaml", HEAD + json.dumps(asked))
        try:
            app = resolve(load(source), Context(), lambda _: ())
            assert app.encryption
            body = configuration(app.encryption, app.target)
        except (ValueError, Rejected):  # of no form at all
            continue
        text = with_keys(Templates().fill(Object(body, app.encryption.at)), rng)
        if upstream(loader, text, reload=True):
            assert rendered(asked, Target()) is None, asked
            refused += 1

    assert refused >= 50


# What we read.


def entry(rng: random.Random, kms_names: Iterator[str]) -> Tree:
    resources = rng.choice([
        ["secrets"], ["configmaps", "secrets"], ["deployments.apps"], ["widgets.example.com", "secrets"],
        ["events"], ["*.apps"], ["*."], ["*.*"], ["secrets."], ["pandas.bears.example", "*.apps"],
    ])  # fmt: skip
    providers = [provider(rng, kms_names) for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.5:
        providers.append({"identity": {}})
    return {"resources": list(resources), "providers": providers}


def provider(rng: random.Random, kms_names: Iterator[str]) -> Tree:
    kind = rng.choice(PROVIDERS)
    if kind == "kms":
        version = rng.choice(["v1", "v2", "v2", None])
        kms: Tree = {"name": next(kms_names), "endpoint": "unix:///run/kms.sock", "timeout": QUICK}
        if version:
            kms["apiVersion"] = version
        if version != "v2" and rng.random() < 0.5:
            kms["cachesize"] = rng.choice([1, 1000, -1])
        return {"kms": kms}
    size = 32 if kind == "secretbox" else rng.choice([16, 24, 32])
    found = [
        {"name": f"key-{rng.randint(0, 10**9)}", "secret": new_key(rng, size)}
        for _ in range(rng.randint(1, 3))
    ]
    return {kind: {"keys": found}}


def document(rng: random.Random) -> Tree:
    names = (f"kms-{number}" for number in range(100))
    return {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": [entry(rng, names) for _ in range(rng.randint(1, 3))],
    }


def valid(rng: random.Random) -> Tree:
    """A configuration in which nothing is wrong yet."""
    tree = document(rng)
    while ours(json.dumps(tree))[0] is None:
        tree = document(rng)
    return tree


def pick(rng: random.Random, tree: Any, wanted: Callable[[Any], bool]) -> Any:
    """One of the parts of a tree that are wanted, or None."""
    found: list[Any] = []
    pending = [tree]
    while pending:
        part = pending.pop()
        if wanted(part):
            found.append(part)
        pending += (
            part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
        )
    return rng.choice(found) if found else None


def is_key(part: Any) -> bool:
    return isinstance(part, dict) and "secret" in part


def is_kms(part: Any) -> bool:
    return isinstance(part, dict) and "endpoint" in part


def is_entry(part: Any) -> bool:
    return isinstance(part, dict) and "providers" in part


def is_element(part: Any) -> bool:
    return isinstance(part, dict) and bool(part.keys() & {"identity", *PROVIDERS})


def has_keys(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get("keys"), list)


def is_mapping(part: Any) -> bool:
    return isinstance(part, dict)


# Changes a tree, and says whether there was anything to change.
Change: TypeAlias = Callable[[random.Random, Tree], bool]


def assign(wanted: Callable[[Any], bool], field: str, *values: Any) -> tuple[Change, ...]:
    """Changes that set a field of some part to one of the values each; `...` takes it away."""
    return tuple(partial(_assign, wanted, field, value) for value in values)


def _assign(
    wanted: Callable[[Any], bool], field: str, value: Any, rng: random.Random, tree: Tree
) -> bool:
    part = pick(rng, tree, wanted)
    if part is None:
        return False
    if value is ...:
        part.pop(field, None)
    else:
        part[field] = value(rng) if callable(value) else value
    return True


def repeat(wanted: Callable[[Any], bool], field: str) -> Change:
    """Repeats an item of a list, as it is."""

    def change(rng: random.Random, tree: Tree) -> bool:
        part = pick(rng, tree, wanted)
        if part is None or not part.get(field) or not isinstance(part[field], list):
            return False
        part[field].append(json.loads(json.dumps(rng.choice(part[field]))))
        return True

    return change


def misspell(rng: random.Random, tree: Tree) -> bool:
    part = pick(rng, tree, lambda one: isinstance(one, dict) and bool(one))
    name = rng.choice(sorted(part))
    part[rng.choice([name.capitalize(), name + "s", name[:-1], name.upper()])] = part.pop(name)
    return True


def add_provider(rng: random.Random, tree: Tree) -> bool:
    part = pick(rng, tree, is_element)
    if part is None:
        return False
    part |= provider(rng, iter(["another"])) if rng.random() < 0.5 else {"identity": {}}
    return True


def rename_plugin(rng: random.Random, tree: Tree) -> bool:
    one, other = pick(rng, tree, is_kms), pick(rng, tree, is_kms)
    if one is other:
        return False
    one["name"] = other.get("name")
    return True


def reuse_key(rng: random.Random, tree: Tree) -> bool:
    one, other = pick(rng, tree, is_key), pick(rng, tree, is_key)
    if one is other:
        return False
    field = rng.choice(["name", "secret"])
    one[field] = other.get(field)
    return True


def copy_entry(rng: random.Random, tree: Tree) -> bool:
    """One plugin or key in two entries."""
    first, last = pick(rng, tree, is_entry), pick(rng, tree, is_entry)
    if not first or not all(isinstance(one["providers"], list) for one in (first, last)):
        return False
    last["providers"] += json.loads(json.dumps(first["providers"]))
    return True


CHANGES: dict[str, Change | tuple[Change, ...]] = {
    "no resources": assign(lambda part: "kind" in part if isinstance(part, dict) else False, "resources", ..., [], None),
    "no inner resources": assign(is_entry, "resources", ..., [], None, "secrets", {"a": 1}),
    "no providers": assign(is_entry, "providers", ..., [], None, [None], [{}], {"identity": {}}),
    "two providers": add_provider,
    "an empty provider": assign(is_element, "identity", None, [], "", {"a": 1}, {}),
    "no keys": assign(has_keys, "keys", ..., [], None, [None], [{}], {}),
    "a key's name": assign(is_key, "name", ..., "", None, 20261101, True, "a:b", "K 1", ["a"]),
    "a key's bytes": assign(
        is_key, "secret", ..., "", None, 12345678, PLACEHOLDER, "not base64", "c2VjcmV0",
        "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=",
        lambda rng: new_key(rng, 33), lambda rng: new_key(rng, 31), lambda rng: new_key(rng, 24),
        lambda rng: new_key(rng, 16), lambda rng: new_key(rng) + "\n", lambda rng: " " + new_key(rng),
        lambda rng: new_key(rng)[:20] + "\r\n" + new_key(rng)[20:], lambda rng: new_key(rng).rstrip("="),
        lambda rng: base64.urlsafe_b64encode(b"\xfb\xef" + rng.randbytes(30)).decode(), "ä" * 44,
        lambda rng: new_key(rng) + "=", lambda rng: new_key(rng) + "AAAA", "=" * 44,
    ),
    "a plugin's version": assign(is_kms, "apiVersion", ..., "", None, "v3", "V2", 2, "v1", "v2"),
    "a plugin's name": assign(is_kms, "name", ..., "", None, 5, "a:b", "a b"),
    "a plugin of two": rename_plugin,
    "a plugin's socket": assign(
        is_kms, "endpoint", ..., "", None, 5, "http://x", "/run/kms.sock", "UNIX:///run/kms.sock", "unix:/run/x",
        "unix:run", "unix://run/kms.sock", "unix:///run/%zz", "unix:///run/a b", "tcp:///run/x", ":", "unix:",
        "unix://", "unix:///", "unix://a b/c", "unix:////run/x", "unix:///@name", "unix:///run/x?a=%zz", "1unix:///x",
        "unix:///a#b", "unix:///a\tb",
    ),
    "a plugin's cache": assign(is_kms, "cachesize", 0, 5, -1, None, "5", True, 1.5, 2**31, 2**31 - 1, 2.0),
    "a plugin's timeout": assign(is_kms, "timeout", ..., "0s", "-3s", "3", 3, None, "1us", "", "1ms1us", "+1ms"),
    "a resource": assign(is_entry, "resources", *(
        [name, *more] for name in (*RESOURCES, *ODD_RESOURCES, "", "a b", "apiserveripinfo.", ".apps", 5, None, True)
        for more in ([], ["secrets"], ["*.apps"])
    )),
    "a resource again": repeat(is_entry, "resources"),
    "an entry again": repeat(lambda part: isinstance(part, dict) and "kind" in part, "resources"),
    "an entry's providers": copy_entry,
    "a key again": repeat(has_keys, "keys"),
    "a key's like": reuse_key,
    "a field more": assign(is_mapping, "extra", 1, None, {}, "x"),
    "metadata": assign(lambda part: isinstance(part, dict) and "kind" in part, "metadata", {}, {"name": "x"}),
    "another kind": assign(lambda part: isinstance(part, dict) and "kind" in part, "kind", ..., "", "EncryptionConfig",
                           "encryptionConfiguration", "AdmissionConfiguration", "List", 5),
    "another version": assign(lambda part: isinstance(part, dict) and "kind" in part, "apiVersion", ..., "", "v1",
                              "apiserver.config.k8s.io/v1beta1", "apiserver.config.k8s.io/v2", "audit.k8s.io/v1"),
    "a field misspelled": misspell,
}  # fmt: skip

EACH = [
    (name, change)
    for name, found in CHANGES.items()
    for change in (found if isinstance(found, tuple) else (found,) * 8)
]

LEGACY = {"apiVersion": "v1", "kind": "EncryptionConfig"}


def written(rng: random.Random, tree: Tree) -> str:
    """The tree as YAML of some kind, or as JSON."""
    style = rng.randrange(4)
    if style == 0:
        return json.dumps(tree)
    if style == 1:
        return "# made by hand\n---\n" + yaml.safe_dump(tree, sort_keys=False)
    if style == 2:
        return yaml.safe_dump(tree, width=40, sort_keys=False).replace("\n", "\r\n")
    return yaml.safe_dump(tree)


def test_a_valid_configuration_is_read_as_upstream_loads_it(loader: Loader) -> None:
    rng = random.Random(3)
    loaded = 0

    for _ in range(MANY // 2):
        tree = document(rng)
        if rng.random() < 0.1:
            tree |= LEGACY
        text = written(rng, tree)
        says = upstream(loader, text)
        found, codes = ours(text)
        assert (found is None) == bool(says), (says, codes, tree)
        loaded += not says

    assert loaded >= 100


def test_a_broken_configuration_is_refused_just_where_upstream_refuses_it(loader: Loader) -> None:
    rng = random.Random(11)
    told: Counter[str] = Counter()
    codes_seen: Counter[str] = Counter()

    for name, change in EACH * 3:
        tree = valid(rng)
        while not change(rng, tree):
            tree = valid(rng)
        if rng.random() < 0.2:  # in two places
            rng.choice(EACH)[1](rng, tree)
        text = written(rng, tree)
        says = upstream(loader, text)
        found, codes = ours(text)
        assert (found is None) == bool(says), (name, says, codes, text)
        # One plugin twice with v1 is what automatic reload alone refuses, and we warn of.
        reloaded = upstream(loader, text, reload=True)
        assert bool(reloaded) == (found is None or "SK489" in codes), (reloaded, codes, text)
        told[f"{name}: {'refused' if says else 'loaded'}"] += 1
        codes_seen.update(set(codes))

    assert {name for name in CHANGES if not told[f"{name}: refused"]} <= {
        "a key again", "a key's like", "an entry's providers"
    }  # fmt: skip
    wanted = {f"SK{number}" for number in range(480, 493)}
    assert wanted <= codes_seen.keys(), wanted - codes_seen.keys()


TEXTS = {
    "a key twice": "{head}resources: []\nresources:\n{entry}",
    "a key twice, deep": "{head}resources:\n{entry}  resources: [configmaps]\n",
    "flow style": "{head}resources: [{{resources: [secrets], providers: [{{identity: {{}}}}]}}]\n",
    "flow style at the top": "{{apiVersion: apiserver.config.k8s.io/v1, kind: EncryptionConfiguration}}",
    "a tab": "{head}resources:\n\t- resources: [secrets]\n",
    "an anchor": "{head}resources:\n- resources: &r [secrets]\n  providers: [{{identity: {{}}}}]\n"
    "- resources: [configmaps]\n  providers:\n  - secretbox: {{keys: [&k {key}]}}\n"
    "- resources: [events]\n  providers:\n  - secretbox: {{keys: [*k]}}\n",
    "an alias of nothing": "{head}resources: *r\n",
    "a merge key": "{head}resources:\n- resources: [secrets]\n  providers:\n  - secretbox: {{keys: [&k {key}]}}\n"
    "- resources: [events]\n  providers:\n  - secretbox: {{keys: [{{<<: *k}}]}}\n",
    "a merge key with a field over it": "{head}resources:\n- resources: [secrets]\n  providers:\n"
    "  - secretbox: {{keys: [&k {key}]}}\n- resources: [events]\n  providers:\n"
    "  - aesgcm: {{keys: [{{<<: *k, name: other}}]}}\n",
    "a merge key after a field of it": "{head}resources:\n- resources: [secrets]\n  providers:\n"
    "  - secretbox: {{keys: [&k {key}]}}\n- resources: [events]\n  providers:\n"
    "  - aesgcm: {{keys: [{{name: other, <<: *k}}]}}\n",
    "two merge keys of one field": "{head}resources:\n- resources: [secrets]\n  providers:\n"
    "  - secretbox: {{keys: [&k {key}]}}\n- resources: [events]\n  providers:\n"
    "  - aesgcm: {{keys: [{{<<: [*k, *k]}}]}}\n",
    "a lone star without quotes": "{head}resources:\n- resources: [*.*]\n  providers: [{{identity: {{}}}}]\n",
    "a boolean name": "{head}resources:\n- resources: [secrets]\n  providers:\n"
    "  - secretbox: {{keys: [{{name: yes, secret: {secret}}}]}}\n",
    "a quoted boolean name": "{head}resources:\n- resources: [secrets]\n  providers:\n"
    "  - secretbox: {{keys: [{{name: 'yes', secret: {secret}}}]}}\n",
    "a tagged name": "{head}resources:\n- resources: [secrets]\n  providers:\n"
    "  - secretbox: {{keys: [{{name: !!str 5, secret: {secret}}}]}}\n",
    "a binary key": "{head}resources:\n- resources: [secrets]\n  providers:\n"
    "  - secretbox: {{keys: [{{name: a, secret: !!binary {double}}}]}}\n",
    "a block text": "{head}resources:\n- resources: [secrets]\n  providers:\n  - secretbox:\n      keys:\n"
    "      - name: a\n        secret: |\n          {secret}\n",
    "a folded text": "{head}resources:\n- resources: [secrets]\n  providers:\n  - secretbox:\n      keys:\n"
    "      - name: a\n        secret: >-\n          {half}\n          {rest}\n",
    "a quoted text over lines": "{head}resources:\n- resources: [secrets]\n  providers:\n  - secretbox:\n"
    '      keys:\n      - name: a\n        secret: "{half}\\\n          {rest}"\n',
    "an empty file": "",
    "a comment alone": "# nothing\n",
    "a null": "null\n",
    "a list": "- resources: [secrets]\n",
    "a text": "secrets\n",
    "a list of documents": "apiVersion: v1\nkind: List\nitems: []\n",
    "an empty document before": "---\n---\n{head}resources:\n{entry}",
    "a directive": "%YAML 1.1\n---\n{head}resources:\n{entry}",
    "the end of a document": "{head}resources:\n{entry}...\n",
    "spaces before JSON": "  \n {json}\n",
    "JSON with a comma more": "{jsonc}",
    "JSON with a comment": "{json}# comment\n",
    "JSON with a key twice": '{{"kind": "EncryptionConfiguration", {rest_of_json}',
    "JSON and more": "{json}{json}",
    "a misplaced colon": "{head}resources:\n- resources: [secrets]\n  providers:\n  - secretbox:\n      keys:\n"
    "      - name: a\n          secret: {secret}\n",
    "a key of a number": "{head}1: 2\nresources:\n{entry}",
    "a key of null": "{head}null: 2\nresources:\n{entry}",
    "an infinite cache": "{head}resources:\n- resources: [secrets]\n  providers:\n  - kms: {{name: a, "
    "endpoint: 'unix:///x', timeout: 1ms, cachesize: .inf}}\n",
    "an octal cache": "{head}resources:\n- resources: [secrets]\n  providers:\n  - kms: {{name: a, "
    "endpoint: 'unix:///x', timeout: 1ms, cachesize: 0777}}\n",
}
# What upstream takes and we do not, on purpose: it drops the rest of such a text without a word.
REFUSED_BY_US = {
    "a second document": "{head}resources:\n{entry}---\na: b\n",
    "something after the end": "{head}resources:\n{entry}...\na: [\n",
}


def filled(text: str) -> str:
    rng = random.Random(1)
    secret = new_key(rng)
    entry = {"resources": ["secrets"], "providers": [{"identity": {}}]}
    body = json.dumps({"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration",
                       "resources": [entry]})  # fmt: skip
    return text.format(
        head="apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n",
        entry="- resources: [secrets]\n  providers: [{identity: {}}]\n",
        key=f"{{name: a, secret: {secret}}}", secret=secret, half=secret[:20], rest=secret[20:],
        double=base64.b64encode(secret.encode()).decode(), json=body, jsonc=body[:-1] + ",}",
        rest_of_json=body[1:],
    )  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_any_form_is_read_as_upstream_loads_it(loader: Loader, name: str) -> None:
    text = filled(TEXTS[name])

    says = upstream(loader, text)

    found, codes = ours(text)
    assert (found is None) == bool(says), (says, codes, text)


@pytest.mark.parametrize("name", REFUSED_BY_US)
def test_what_upstream_would_drop_is_refused(loader: Loader, name: str) -> None:
    text = filled(REFUSED_BY_US[name])

    assert upstream(loader, text) == ""
    assert ours(text)[0] is None


def scratched(rng: random.Random, text: str) -> str:
    """The text after a few slips of the hand."""
    found = list(text)
    for _ in range(rng.randint(1, 2)):
        at, slip = rng.randrange(len(found)), rng.random()
        if slip < 0.4:
            del found[at]
        elif slip < 0.8:
            found.insert(at, rng.choice("{}[]:,-#&*!|>'\"% \n\tax0\u00e9"))
        else:
            del found[at : at + rng.randint(1, 40)]
        found = found or ["x"]
    return "".join(found)


def test_a_slip_of_the_hand_is_read_as_upstream_loads_it_and_shows_no_key(loader: Loader) -> None:
    rng = random.Random(13)
    loaded = 0

    for _ in range(MANY // 2):
        whole = written(rng, valid(rng))
        text = scratched(rng, whole)
        says = upstream(loader, text)
        try:
            findings, is_read = read_bytes("encryption.yaml", text.encode()).warnings, True
        except Rejected as rejected:
            findings, is_read = rejected.findings, False
        # A control character, such as half of a line end, is what we alone refuse.
        is_odd = [one.code for one in findings] == ["SK007"]
        assert is_odd or is_read == (not says), (says, text)
        loaded += is_read
        out = StringIO()
        report.get("text").write(pipeline.spots(findings), out, False)
        keys = [one for one in re.findall("[A-Za-z0-9+/]{21,}", whole) if "Encryption" not in one]
        pieces = {key[at : at + 10] for key in keys for at in range(len(key) - 10)}
        assert {piece for piece in pieces if piece in out.getvalue()} == set()

    assert 10 <= loaded <= MANY // 2 - 100
