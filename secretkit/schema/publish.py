"""Fragments to JSON Schema Draft 2020-12: counts spelled out for any validator, repetition shared."""

import json
from pathlib import Path
from typing import Any

from secretkit.fragment import Fragment
from secretkit.schema.sharing import shared

BASE = "https://secretkit.dev/schemas/v1alpha1/"
_WIDTH = 100


def _present(group: str) -> dict[str, Any]:
    names = group.split("|")
    if len(names) == 1:
        return {"required": names}
    return {"anyOf": [{"required": [name]} for name in names]}


def published(fragment: Any) -> Any:
    """The fragment and all below it, with `oneOf`, `anyOf` and `not` for the counting annotations."""
    if isinstance(fragment, list):
        return [published(item) for item in fragment]
    if not isinstance(fragment, dict):
        return fragment
    out = {key: published(value) for key, value in fragment.items()}
    if "description" in out and "examples" not in out:
        example = _example(out)
        out.update({} if example is None else {"examples": [example]})
    # In a union with text, the counts speak of the object alone: `required` passes other types.
    if isinstance(fragment.get("x-exactly-one"), list):
        out["oneOf"] = [_present(group) for group in fragment["x-exactly-one"]]
        if fragment["type"] != "object":
            others = [kind for kind in fragment["type"] if kind != "object"]
            out["oneOf"] = [{"anyOf": [{"type": others}, *([{"oneOf": out["oneOf"]}])]}]
    if isinstance(fragment.get("x-at-least-one"), list):
        out["anyOf"] = [_present(group) for group in fragment["x-at-least-one"]]
    if isinstance(fragment.get("x-at-most-one"), list):
        groups = fragment["x-at-most-one"]
        out["allOf"] = [
            {"not": {"type": "object", "allOf": [_present(first), _present(second)]}}
            for at, first in enumerate(groups)
            for second in groups[at + 1 :]
        ]
    return out


def _example(schema: Fragment) -> Any:
    """An example made of those of the parts: of what is required, else of the first field."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "array" in schema["type"]:
        item = _example(schema["items"])
        return None if item is None else [item]
    if "object" not in schema["type"] or isinstance(schema.get("additionalProperties"), dict):
        return None
    fields = schema.get("properties", {})
    names = list(schema.get("required", ()))
    for groups in (schema.get("x-exactly-one"), schema.get("x-at-least-one")):
        choice = [group.split("|")[0] for group in groups or ()]
        names += choice[:1] if not set(choice) & set(names) else []
    return {name: _example(fields[name]) for name in names or list(fields)[:1]}


def document(name: str, title: str, fragment: Fragment) -> str:
    """The text of a published schema file."""
    body = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{BASE}{name}.schema.json",
        "title": title,
        **shared(published(fragment)),
    }
    return _laid_out(body, 0) + "\n"


def _laid_out(value: Any, indent: int) -> str:
    """JSON in which what fits on a line stands on one: half the size of one item a line."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(line) + indent <= _WIDTH:
        return line
    pad = " " * (indent + 1)
    if isinstance(value, list):
        rows = [pad + _laid_out(item, indent + 1) for item in value]
        return "[\n" + ",\n".join(rows) + f"\n{' ' * indent}]"
    rows = [
        f"{pad}{json.dumps(name, ensure_ascii=False)}: {_laid_out(item, indent + 1)}"
        for name, item in value.items()
    ]
    return "{\n" + ",\n".join(rows) + f"\n{' ' * indent}}}"


def documents() -> dict[str, str]:
    """File name -> text, for every published schema."""
    from secretkit.schema import api_server, app, platform

    found = (
        ("app", "AppSecrets", app.build()),
        ("platform", "Platform", platform.build()),
        ("audit-policy", "Policy of the audit log", api_server.audit_policy()),
        (
            "encryption-configuration", "EncryptionConfiguration",
            api_server.encryption_configuration(),
        ),
    )  # fmt: skip
    return {f"{name}.schema.json": document(name, title, body) for name, title, body in found}


def write(folder: Path) -> None:
    for name, text in documents().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(__file__).parents[2] / "schemas")
