"""SK227: a rewrite gives keys that a Secret can have."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from secretkit.finding import Finding
from secretkit.lazy import lazily
from secretkit.model.app import App
from secretkit.model.secret import Fetch
from secretkit.rules import Rule
from secretkit.text import Place

_RUNS_ON = lazily(r"\$(\d+)([A-Za-z_]\w*)")


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        for read in secret.reads:
            at = read.at / "rewrite"
            for number, change in enumerate(read.rewrite):
                for place, problem, why, fix in _of_change(change, at / number):
                    yield RULE.at(place, problem=problem, why=why, fix=fix)
            if _keeps_a_slash(read):
                why = "with any rewrite the operator no longer replaces what a key cannot hold"
                fix = 'begin with `{regexp: {source: "/", target: "_"}}`'
                yield RULE.at(at.key, problem="leaves `/` in the keys", why=why, fix=fix)


def _of_change(change: Mapping[str, Any], at: Place) -> Iterator[tuple[Place, str, str, str]]:
    target = change.get("regexp", {}).get("target", "")
    found = _RUNS_ON.search(target)
    if found:
        group, rest = found.groups()
        problem = f"names a group `{group}{rest}` that does not exist"
        why = (
            "Go takes letters, digits and `_` after `$` for one name, and puts nothing in its place"
        )
        yield at / "regexp" / "target", problem, why, f"write `${{{group}}}{rest}`"
    merge = change.get("merge", {})
    if merge.get("strategy") == "JSON" and not merge.get("into"):
        why = "`strategy: JSON` makes one value, and needs a key for it"
        yield (at / "merge").key, "merges into no key", why, "add `into: KEY`"


def _keeps_a_slash(read: Fetch) -> bool:
    """Whether a `find` by the beginning of a path is certain to leave its slashes in the keys."""
    name = read.remote.get("name", {}).get("regexp", "") if read.kind == "find" else ""
    prefix = re.match(r"\^[\w/-]*", name)
    sources = [change.get("regexp", {}).get("source") for change in read.rewrite]
    if not prefix or "/" not in prefix[0] or not sources or None in sources:
        return False
    return all(re.fullmatch(r"[\w-]+", str(source)) for source in sources)


RULE = Rule(
    code="SK227",
    title="this rewrite {problem}",
    why="{why}",
    fix="{fix}",
    source="Go, Regexp.Expand; external-secrets issues 1713, 1447 and 1532",
    find=find,
    wrong="""
        flags:
          from: aws
          find:
            - name: "^prod-"
              rewrite:
                - regexp:
                    source: "^prod-(.*)$"
                    target: "$1_flag"  # <- SK227
            - name: "^test/flags/"
              rewrite:  # <- SK227
                - regexp: {source: "-", target: "_"}
    """,
    right="""
        flags:
          from: aws
          find:
            - name: "^prod-"
              rewrite:
                - regexp:
                    source: "^prod-(.*)$"
                    target: "${1}_flag"
            - name: "^test/flags/"
              rewrite:
                - regexp: {source: "[^a-z]", target: "_"}
    """,
)
