"""Texts that no parser takes, and files that are YAML by another name: Secrets in them are seen."""

import pytest

from secretkit.scan import judging
from secretkit.scan.reading import File

HEAD = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n"
SECRET = f"{HEAD}stringData:\n  foo: daisy97x\n"


def found(text: str, name: str = "a.yaml") -> list[tuple[str, int, str]]:
    seen = judging.of_file(File(name, text))
    return [(one.code.code, one.at.line, one.sureness) for one in seen if one.is_found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{HEAD}stringData:\n\tfoo: daisy97x\n", [("SK801", 6, "sure")], id="a tab"),
        pytest.param(f"{HEAD}data:\n\tfoo: ZGFpc3k5N3g=\n", [("SK801", 6, "sure")], id="base64"),
        pytest.param(f"{HEAD}stringData:\n\tfoo: |\n\t  daisy97x\n\t  b\n\tbar: 'x9' # y\n",
                     [("SK801", 6, "sure"), ("SK801", 9, "sure")], id="a block"),
        pytest.param(f"{HEAD}stringData:\n\tfoo: {{{{ .Values.x }}}}\n\tbar: ${{X}}\n\tbaz: $token\n", [], id="filled in"),
        pytest.param(f"{HEAD}stringData:\n\tfoo: changeme\n", [("SK802", 6, "placeholder")], id="a placeholder"),
        pytest.param(f"{HEAD}stringData:\n  {{{{ range .x }}}}\n    foo:\n  bar\n  {{{{ end }}}}\n  foo: daisy97x\n",
                     [("SK801", 10, "sure")], id="a template"),
        pytest.param(f"{SECRET}---\n{HEAD}stringData:\n\tfoo: daisy97x\n", [("SK801", 6, "sure"), ("SK801", 13, "sure")],
                     id="the second document"),
        pytest.param("apiVersion: v1\nkind: SealedSecret\nspec:\n  data:\n\tfoo: daisy97x\n", [], id="another kind"),
        pytest.param(f"{HEAD}type: Opaque\ndata:\nimmutable: true\n\tx: [\n", [], id="below another field"),
    ],
)  # fmt: skip
def test_a_secret_is_seen_row_by_row(text: str, expected: list[tuple[str, int, str]]) -> None:
    assert found(text) == expected


def test_json_is_read_row_by_row_too() -> None:
    text = '{"apiVersion": "v1",\n"kind": "Secret",\n"data": {\n  "p": "aHVudGVyMg==",\n  "q": "aHVudGVyMg=="\n},,,\n'

    assert found(text, "a.json") == [("SK801", 4, "sure"), ("SK801", 5, "sure")]


@pytest.mark.parametrize(
    "name",
    ["a.yaml.dec", "a.yml.old", "a.yaml~", "a.yaml.bak", "a.yaml.erb", "a-yaml.j2", "a.tpl", "a.erb", "secret",
     "a.config", "a.txt", "b/_secret.tpl"],
)  # fmt: skip
def test_yaml_by_another_name_is_read(name: str) -> None:
    assert found(SECRET, name) == [("SK801", 6, "sure")]


@pytest.mark.parametrize("name", ["a.md", "a.go", "README"])
def test_prose_and_code_are_not(name: str) -> None:
    assert found(f"An example:\n\n{SECRET}", name) == []


@pytest.mark.parametrize(
    "text",
    [
        f'{{{{- define "x" -}}}}\n{SECRET}{{{{- end }}}}\n',
        f"{{% if x %}}\n{SECRET}  q: {{{{ y }}}}\n{{% endif %}}\n",
        f"<% if x %>\n{SECRET}  q: <%= @y %>\n<% end %>\n",
    ],
)
def test_statements_of_templates_are_passed_over(text: str) -> None:
    assert found(text, "a.yaml.j2") == [("SK801", 7, "sure")]
