"""A file as scan sees it: its text, the objects in it, and what places have taken for theirs."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from secretkit.lazy import lazily
from secretkit.scan.nodes import DEEPEST, Copies, Node, Unreadable, documents, masked

MOST_BYTES = 5 * 1024 * 1024
_YAML = lazily(
    r"(?is).*\.ya?ml(?:~|[-._](?:tpl|tmpl|j2|jinja2?|gotmpl|template|erb|dist|sample|example|in|bak|backup|old|orig|save"
    r"|rej|copy|tmp|dec|decrypted|enc|\d{1,3}))?|.*\.kubeconfig"
)
# What may be YAML, as what stands in it says.
_MAYBE = lazily(
    r"(?is)[^.]+|.*\.(?:tpl|tmpl|gotmpl|j2|jinja2?|erb|ejs|template|config|txt|bak|old|orig|dec|manifest)"
)
_BEGINS = lazily(
    r"(?:[ \t]*(?:#[^\n]*|---[^\n]*|\{\{[^\n]*\}\}[ \t]*|\{%[^\n]*%\}[ \t]*|<%[^\n]*%>[ \t]*)?\n){0,60}"
    r"(?:apiVersion|kind)[ \t]*:[ \t]*\S"
)
_JSON = lazily(r"(?is).*\.(?:json|tfstate|tfstate\.backup|dockerconfigjson|dockercfg)$")
# An action of nothing but a text, through functions that leave it what it is.
_TEXT = r"""(?:"([^"{}\n]{1,400})"|'([^'{}\n]{1,400})'|`([^`{}\n]{1,400})`)"""
_LITERAL = lazily(
    r"""["']?\{\{-?\s*(?:(?:b64enc|quote|squote|toString|trim|print|upper|lower|nospace)\s+)*"""
    + _TEXT
    + r"""\s*(?:\|\s*\w+(?:\s+\d+)?\s*)*-?\}\}["']?"""
)
_PRINTED = lazily(
    r"""["']?\{\{-?\s*(?:(?:b64enc|quote|squote)\s+)*\(?\s*printf\s+(?:"([^"{}\n]{1,400})"|`([^`{}\n]{1,400})`)"""
    r"""[^{}\n]{0,400}-?\}\}["']?"""
)


class Wanted(NamedTuple):
    """A file that another one makes part of an object: `path` from the root."""

    path: str
    by: str  # the subject: ``the generator of the Secret `db` ``
    is_secret: bool
    is_env: bool


class File:
    """One file: a POSIX path from the root, and its text with LF line ends."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.base = name.rpartition("/")[2]
        self.is_broken = False
        self.copies = Copies()
        self.wanted: list[Wanted] = []
        self._claimed: dict[int, Node] = {}

    @cached_property
    def rows(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def is_yaml(self) -> bool:
        if _YAML.fullmatch(self.base) or self.base in ("kubeconfig", "config"):
            return True
        return bool(_MAYBE.fullmatch(self.base)) and _BEGINS.match(self.text) is not None

    @property
    def is_json(self) -> bool:
        return _JSON.fullmatch(self.base) is not None

    @property
    def is_too_much(self) -> bool:
        """Whether aliases and merge keys made more of it than is looked at."""
        return self.copies.is_spent

    @cached_property
    def documents(self) -> tuple[Node, ...]:
        """The documents of YAML or JSON; none of what cannot hold an object or a login."""
        if not (self.is_yaml or self.is_json):
            return ()
        if self.base == "config" and "kind: Config" not in self.text:
            return ()
        try:
            return documents(masked(self.text), copies=self.copies)
        except Unreadable as found:
            self.is_broken = True
            return found.before

    def claim(self, node: Node | None) -> None:
        """What stands below belongs to the place that calls, so that no other judges it."""
        if node is not None:
            self._claimed[id(node)] = node  # held, so that no other node gets its identity

    def is_claimed(self, node: Node) -> bool:
        return id(node) in self._claimed

    def written(self, node: Node) -> str:
        """A scalar of one line as it stands in the file, actions of templates and all."""
        at = node.at
        if at.line != at.end_line or at.line > len(self.rows):
            return ""
        return self.rows[at.line - 1][at.column - 1 : at.end_column - 1]


class Thing(NamedTuple):
    """A document, or an object of a List; `kind` is empty where it is no object."""

    node: Node
    kind: str
    name: str
    steps: tuple[str, ...]
    subject: str

    @property
    def api(self) -> str:
        return self.node.word("apiVersion")


def things(file: File, docs: tuple[Node, ...], steps: tuple[str, ...] = ()) -> Iterator[Thing]:
    """The objects of documents, those of lists by themselves."""
    for number, node in enumerate(docs):
        yield from _opened(file, node, steps, number, 0)


def _opened(
    file: File, node: Node, steps: tuple[str, ...], number: int, depth: int
) -> Iterator[Thing]:
    kind = node.word("kind") if node.word("apiVersion") or node.word("kind") else ""
    items = node.get("items")
    if kind.endswith("List") and items is not None and items.items and depth < DEEPEST:
        for at, item in enumerate(items.items):
            if not item.word("kind") and item.fields is not None and kind != "List":
                item = item._replace(fields=(*item.fields, ("kind", Node(item.at, kind[:-4]))))
            yield from _opened(file, item, steps, at, depth + 1)
        return
    if not kind:
        where = (f"#{number}",) if number else ()
        yield Thing(node, "", "", (*steps, *where), f"`{file.base}`")
        return
    name = node.word("metadata", "name") or node.word("metadata", "generateName")
    label = "/".join(filter(None, (kind, node.word("metadata", "namespace"), name)))
    subject = f"the {kind} `{name}`" if name else f"this {kind}"
    yield Thing(node, kind, name, (*steps, label), subject)


def literal_of(written: str) -> tuple[str, bool] | None:
    """The text that a template's action holds itself, and whether it is but a default.

    What `printf` fills in is left as an action in it.
    """
    found = _LITERAL.fullmatch(written)
    if found:
        return found[1] or found[2] or found[3] or "", False
    found = _PRINTED.fullmatch(written)
    if found:
        text = found[1] or found[2] or ""
        return re.sub(r"%[-+# 0-9.]*[a-zA-Z]", "{{…}}", text).replace("%%", "%"), False
    found = re.search(r"""\|\s*default\s+["'`]([^"'`{}]{1,400})["'`]""", written) or re.search(
        r"""\{\{-?\s*default\s+["'`]([^"'`{}]{1,400})["'`]""", written
    )
    return (found[1], True) if found else None
