"""Fragments to JSON Schema Draft 2020-12, with our counting annotations spelled out for any validator."""

import json
from pathlib import Path
from typing import Any

from secretkit.fragment import Fragment

BASE = "https://secretkit.dev/schemas/v1alpha1/"


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
            {"not": {"allOf": [_present(first), _present(second)]}}
            for at, first in enumerate(groups)
            for second in groups[at + 1 :]
        ]
    return out


def document(name: str, title: str, fragment: Fragment) -> str:
    """The text of a published schema file."""
    body = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{BASE}{name}.schema.json",
        "title": title,
        **published(fragment),
    }
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def documents() -> dict[str, str]:
    """File name -> text, for every published schema."""
    from secretkit.schema import app

    return {"app.schema.json": document("app", "AppSecrets", app.build())}


def write(folder: Path) -> None:
    for name, text in documents().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(__file__).parents[2] / "schemas")
