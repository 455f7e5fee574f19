"""The Jinja2 sandbox for templates that use more than our own lines; imported only for them."""

from collections.abc import Mapping
from typing import Any

from jinja2 import StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from secretkit.emit import yaml
from secretkit.emit.templates import Line


class Ready(str):
    """Text that is YAML already, made by our own filters."""

    __slots__ = ()


def environment() -> ImmutableSandboxedEnvironment:
    """An environment in which every interpolation becomes a YAML node."""
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
        finalize=_node,
    )
    made.filters["field"] = _field
    made.filters["others"] = _others
    return made


def _node(value: Any) -> str:
    if isinstance(value, Undefined):
        str(value)  # raises, and names what is not there
    return value if isinstance(value, Ready) else yaml.flow(value)


def source(lines: tuple[Line, ...], named: Mapping[str, tuple[str, ...]]) -> str:
    """The template as Jinja2 source, our lines written with the filters that know their place."""
    out = []
    for line in lines:
        if line.form == "field":
            out.append(f"{{{{ {'.'.join(line.path)} | field({line.name!r}, {line.indent}) }}}}")
        elif line.form == "rest":
            names = list(named.get(line.path[0], ()))
            out.append(f"{{{{ {line.path[0]} | others({line.indent}, {names!r}) }}}}")
        else:
            out.append(line.text + "\n")
    return "".join(out)


def _field(value: Any, name: str, indent: int) -> Ready:
    return Ready("" if isinstance(value, Undefined) else yaml.field(name, value, indent))


def _others(value: Any, indent: int, names: list[str]) -> Ready:
    if isinstance(value, Undefined):
        return Ready("")
    rest = (yaml.field(k, v, indent) for k, v in value.items() if k not in names)
    return Ready("".join(rest))
