"""`secretkit explain`."""

import re
import string
import sys
from collections.abc import Iterator
from textwrap import dedent, indent, wrap
from typing import TYPE_CHECKING, Any

import click

from secretkit.finding import Code, Usage, closest
from secretkit.fragment import Fragment

if TYPE_CHECKING:
    from secretkit.schema.fields import Field, Unknown

_WIDTH = 100
_CODE = re.compile(r"[Ss][Kk][0-9]+")


@click.command()
@click.argument("what", required=False, metavar="[CODE|FIELD]")
def command(what: str | None) -> int:
    """A finding's code or a field of secrets.yaml, with an example; without either, all of them.

    Fields of platform.yaml begin with `platform`.

    \b
    secretkit explain SK204
    secretkit explain stores.aws.region
    secretkit explain secrets.NAME.keys
    secretkit explain platform.targets
    """
    if what is None:
        lines = _contents()
    elif _CODE.fullmatch(what):
        lines = _code(what)
    else:
        lines = _field(what)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _contents() -> Iterator[str]:
    """All codes and the top fields."""
    from secretkit import codes
    from secretkit.schema import app, fields

    yield "Codes (secretkit explain CODE):"
    yield ""
    for code in codes.all_codes():
        yield f"  {code.code}  {code.severity:<7}  {_words(code.title)}"
    yield ""
    yield "Fields (secretkit explain FIELD):"
    yield ""
    root = fields.find(app.build(), "spec")
    yield from _table(fields.below(root))


def _code(name: str) -> Iterator[str]:
    from secretkit import codes

    code = codes.find(name)
    if code is None:
        family = [known for known in codes.names() if known[2] == name[2] and len(name) == 5]
        if not family:
            raise Usage(f"no such code {name}; `secretkit explain` lists them")
        near = min(family, key=lambda known: abs(int(known[2:]) - int(name[2:])))
        raise Usage(f"no such code {name}, the nearest is {near}")
    title, why, fix = _texts(code)
    yield f"{code.severity}[{code.code}]: {title}"
    yield ""
    yield from _said("why", why)
    yield from _said("fix", fix)
    if code.source:
        yield from _said("source", code.source)
    yield from _example(code)


def _texts(code: Code) -> tuple[str, str, str]:
    """Title, why and fix: as the wrong example gives them, where it is a text."""
    if code.wrong and not code.wrong.startswith("# not text"):
        from secretkit import pipeline
        from secretkit.codes import as_file
        from secretkit.text import Source

        source = Source("secrets.yaml", as_file(code.wrong))
        for found in pipeline.judge(source, pipeline.Options()):
            if found.code == code.code:
                return found.message, found.why, found.fix
    return _words(code.title), _words(code.why), _words(code.fix)


def _example(code: Code) -> Iterator[str]:
    for title, text in (("wrong", code.wrong), ("right", code.right)):
        if text.startswith("# not text:"):
            yield from ("", *_said(title, text.removeprefix("# not text:").strip()))
        elif text:
            yield from ("", f"{title}:", "", indent(dedent(text).strip("\n"), "  "))


def _field(path: str) -> Iterator[str]:
    from secretkit.schema import app, fields, platform

    top, _, rest = path.partition(".")
    root = platform.build() if top == "platform" else app.build()
    try:
        field = fields.find(root, (rest or "spec") if top == "platform" else path)
    except fields.Unknown as unknown:
        raise Usage(_nearest(root, unknown)) from None
    yield field.name or "secrets.yaml"
    yield ""
    yield from wrap(field.fragment["description"], _WIDTH)
    yield ""
    yield from _facts(field)
    inner = list(fields.below(field))
    if inner:
        yield from ("", "fields:", "")
        yield from _table(inner)


def _nearest(root: Fragment, unknown: "Unknown") -> str:
    """What is said of a path that leads nowhere, with the nearest that does."""
    from secretkit.schema import fields

    where = f" in {unknown.reached.name}" if len(unknown.reached.path) > 1 else ""
    text = f"no field `{unknown.word}`{where}"
    near = closest(unknown.word, [field.path[-1] for field in fields.below(unknown.reached)])
    if near:
        return text + near
    everywhere: dict[str, list[str]] = {}
    for field in fields.everything(root):
        everywhere.setdefault(field.path[-1], []).append(field.name)
    if unknown.word in everywhere:
        names = sorted(everywhere[unknown.word], key=lambda name: (name.count("."), name))
        return f"{text}; fields of that name: {', '.join(names[:5])}"
    # Of all names some are like any word, so only those of about its length are meant.
    near = closest(
        unknown.word, [one for one in everywhere if abs(len(one) - len(unknown.word)) < 3]
    )
    if near:
        return f"{text}{near} For example {sorted(everywhere[near.split('`')[1]])[0]}"
    return f"{text}; `secretkit explain` lists codes and fields"


def _facts(field: "Field") -> Iterator[str]:
    fragment = field.fragment
    facts = [
        ("type", _type(fragment)),
        ("needed", "yes" if field.required else ""),
        ("one of", ", ".join(f"`{item}`" for item in fragment.get("enum", ()) if item is not None)),
        ("form", _form(fragment)),
        ("range", _range(fragment)),
        ("fields", _counts(fragment)),
        ("default", _inline(fragment["default"]) if "default" in fragment else ""),
        ("since", _since(fragment)),
    ]
    for name, text in facts:
        if text:
            yield from _said(name, text, 9)
    if fragment.get("examples"):
        from secretkit.emit import yaml

        name = field.path[-1] if field.path else "secrets.yaml"
        yield from ("", "example:", "")
        yield indent(yaml.field(name, fragment["examples"][0], 0).rstrip("\n"), "  ")


def _type(fragment: Fragment) -> str:
    if "const" in fragment:
        return f"always {_inline(fragment['const'])}"
    kinds = fragment["type"] if isinstance(fragment["type"], list) else [fragment["type"]]
    words = []
    for kind in kinds:
        match kind:
            case "object" if isinstance(fragment.get("additionalProperties"), dict):
                words.append(f"map of name to {_type(fragment['additionalProperties'])}")
            case "object":
                words.append("object" if "properties" in fragment else "object, passed on as it is")
            case "array":
                words.append(f"list of {_type(fragment['items'])}")
            case "null":
                words.append("null, which deletes")
            case _:
                words.append(_KINDS[kind])
    return " or ".join(dict.fromkeys(words))


_KINDS = {"string": "text", "boolean": "true or false", "integer": "number", "number": "number"}


def _form(fragment: Fragment) -> str:
    from secretkit.check.forms import FORMS

    pattern: str = fragment.get("pattern", "").removesuffix(r"|\$\{")
    return FORMS.get(pattern, pattern)


def _range(fragment: Fragment) -> str:
    bounds = [
        (fragment.get("minimum"), "at least {}"), (fragment.get("maximum"), "at most {}"),
        (fragment.get("maxLength"), "at most {} characters"),
        (fragment.get("minItems"), "at least {} in a list"),
        (fragment.get("minProperties"), "at least {} in it"),
    ]  # fmt: skip
    return ", ".join(words.format(bound) for bound, words in bounds if bound is not None)


def _counts(fragment: Fragment) -> str:
    words = []
    for keyword, count in (
        ("x-exactly-one", "exactly one"), ("x-at-most-one", "at most one"),
        ("x-at-least-one", "at least one"),
    ):  # fmt: skip
        if keyword in fragment:
            groups = [group.replace("|", "`/`") for group in fragment[keyword]]
            words.append(f"{count} of " + ", ".join(f"`{group}`" for group in groups))
    return "; ".join(words)


def _since(fragment: Fragment) -> str:
    from secretkit.target import PARTS, Feature, spelled

    words = []
    needs = {
        "": fragment.get("x-since"),
        "more than one": fragment.get("x-since-many"),
        **{f"`{value}`": name for value, name in fragment.get("x-since-values", {}).items()},
    }
    for value, name in needs.items():
        if name:
            part, first, _ = Feature[name].value
            words.append(f"{PARTS[part]} {spelled(first)}" + (f" for {value}" if value else ""))
    return ", ".join(words)


def _table(fields: Any) -> Iterator[str]:
    rows = [(field.path[-1], field.required, field.fragment["description"]) for field in fields]
    width = max((len(name) for name, _, _ in rows), default=0)
    for name, required, text in rows:
        mark = "*" if required else " "
        first, *rest = wrap(text, _WIDTH - width - 6, break_on_hyphens=False) or [""]
        yield f"  {name:<{width}} {mark} {first}"
        yield from (f"{'':{width + 5}}{row}" for row in rest)
    if any(required for _, required, _ in rows):
        yield from ("", "  * needed")


def _said(name: str, text: str, width: int = 7) -> Iterator[str]:
    first, *rest = wrap(text, _WIDTH - width - 1, break_on_hyphens=False) or [""]
    yield f"{name + ':':<{width}} {first}"
    yield from (f"{'':{width + 1}}{row}" for row in rest)


def _inline(value: Any) -> str:
    from secretkit.emit import yaml

    return yaml.flow(value) if value != "" else "empty"


def _words(text: str) -> str:
    """A code's text with its fields in capitals; `near` is a sentence of its own, and left out."""
    parts = []
    for literal, field, _, _ in string.Formatter().parse(text):
        parts.append(literal + (field.upper() if field and field != "near" else ""))
    return "".join(parts)
