"""Go templates: what they read, what they call, and what is none."""

import pytest

from secretkit.template_text import FUNCTIONS, RANDOM, Template, TemplateError, parse

NOTHING = Template(required=(), optional=(), whole=False, functions=(), on_data=(), below=())

READS = [
    pytest.param("plain text", NOTHING, id="a text without actions"),
    pytest.param("}} and { }", NOTHING, id="braces that open nothing"),
    pytest.param("{{/* .no */}}{{- /* .no */ -}}", NOTHING, id="comments"),
    pytest.param('{{ "{{" }}', NOTHING, id="an escaped brace pair"),
    pytest.param("{{ `{{ .no }}` }}", NOTHING, id="a raw text"),
    pytest.param("{{ .user }}:{{ .password }}",
                 NOTHING._replace(required=("password", "user")), id="fields"),
    pytest.param("{{- .user -}}", NOTHING._replace(required=("user",)), id="trimmed"),
    pytest.param('{{ index . "tls.crt" }}',
                 NOTHING._replace(required=("tls.crt",), functions=("index",)), id="index"),
    pytest.param('{{ index $ "tls.crt" | b64enc }}',
                 NOTHING._replace(required=("tls.crt",), functions=("b64enc", "index")),
                 id="index of the root variable"),
    pytest.param('{{ index . "port" | default "5432" }}',
                 NOTHING._replace(optional=("port",), functions=("default", "index")),
                 id="index with a default"),
    pytest.param('{{ default "5432" (index . "port") }}',
                 NOTHING._replace(optional=("port",), functions=("default", "index")),
                 id="index as an argument of default"),
    pytest.param('{{ .port | default "5432" }}',
                 NOTHING._replace(required=("port",), functions=("default",)),
                 id="a default does not help a field"),
    pytest.param('{{ if index . "a" }}{{ .a }}{{ else }}{{ .b }}{{ end }}',
                 NOTHING._replace(required=("b",), optional=("a",), functions=("index",)),
                 id="a condition guards its body and not its else"),
    pytest.param("{{ if .a }}{{ .b }}{{ else if .c }}{{ .d }}{{ end }}",
                 NOTHING._replace(required=("a", "b", "c", "d")), id="else if"),
    pytest.param("{{ range $key, $value := . }}{{ $key }}={{ $value }}{{ .no }}{{ $.a }}{{ end }}",
                 NOTHING._replace(required=("a",), whole=True), id="range takes all"),
    pytest.param("{{ with .a }}{{ .no }}{{ $.b }}{{ end }}{{ .c }}",
                 NOTHING._replace(required=("a", "b", "c")), id="with moves the dot"),
    pytest.param('{{ with fromJson .config }}{{ .host }}{{ end }}',
                 NOTHING._replace(required=("config",), functions=("fromJson",)),
                 id="fields of parsed JSON are not keys"),
    pytest.param("{{ $all := . }}{{ $all.a }}", NOTHING._replace(required=("a",), whole=True),
                 id="a variable that is the data"),
    pytest.param('{{ $x := .a }}{{ $x = "b" }}{{ $x }}', NOTHING._replace(required=("a",)),
                 id="a variable that is a value"),
    pytest.param("{{ toJson . }}", NOTHING._replace(whole=True, functions=("toJson",)),
                 id="a function of the whole"),
    pytest.param('{{ hasKey . "a" }}{{ . | keys }}',
                 NOTHING._replace(whole=True, functions=("hasKey", "keys"),
                                  on_data=("hasKey", "keys")),
                 id="functions of maps on the data"),
    pytest.param('{{ hasKey (fromJson .a) "b" }}',
                 NOTHING._replace(required=("a",), functions=("fromJson", "hasKey")),
                 id="functions of maps on parsed JSON"),
    pytest.param("{{ .tls.crt }}", NOTHING._replace(required=("tls",), below=("tls",)),
                 id="a field of a text"),
    pytest.param('{{ define "x" }}{{ .no }}{{ end }}{{ template "x" .a }}',
                 NOTHING._replace(required=("a",)), id="a definition has a dot of its own"),
    pytest.param('{{ printf "%s:%d" .a 5 }}{{ true }}{{ eq .b \'c\' }}',
                 NOTHING._replace(required=("a", "b"), functions=("eq", "printf")),
                 id="constants"),
    pytest.param("{{ nosuch .a }}", NOTHING._replace(required=("a",), functions=("nosuch",)),
                 id="functions are told, known or not"),
    pytest.param("{{ range .a }}{{ break }}{{ end }}", NOTHING._replace(required=("a",)),
                 id="break"),
    pytest.param("{{\n  .a\n  | quote\n}}", NOTHING._replace(required=("a",), functions=("quote",)),
                 id="several lines"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), READS)
def test_a_template_tells_what_it_reads_and_calls(text: str, expected: Template) -> None:
    assert parse(text) == expected


BROKEN = [
    pytest.param("{{ .a", "`{{` is never closed", id="an open action"),
    pytest.param("{{ .a }", "`{{` is never closed", id="half closed"),
    pytest.param("{{ }}", "an action or a step of a pipeline is empty", id="an empty action"),
    pytest.param("{{ .a | | upper }}", "an action or a step of a pipeline is empty",
                 id="an empty step"),
    pytest.param("{{ if .a }}x", "`if` lacks its `{{ end }}`", id="no end"),
    pytest.param("{{ if .a }}x{{ else }}y", "`if` lacks its `{{ end }}`", id="no end after else"),
    pytest.param("x{{ end }}", "`{{ end }}` closes nothing", id="an end too many"),
    pytest.param("{{ else }}", "`{{ else }}` closes nothing", id="a lone else"),
    pytest.param('{{ define "x" }}{{ else }}{{ end }}', "`{{ else }}` closes nothing",
                 id="else of a definition"),
    pytest.param("{{ .my-key }}", '`.my-…`: a key with a dash is read by `index . "a-key"`',
                 id="a dash in a field"),
    pytest.param('{{ "a }}', "a quote is not closed", id="an open text"),
    pytest.param("{{ (upper .a }}", "a parenthesis is not closed", id="an open parenthesis"),
    pytest.param("{{ upper .a) }}", "`)` stands where nothing can", id="a parenthesis too many"),
    pytest.param("{{ $x }}", "the variable `$x` is not defined", id="an unknown variable"),
    pytest.param("{{ range $x := .a }}{{ end }}{{ $x }}", "the variable `$x` is not defined",
                 id="a variable after its block"),
    pytest.param("{{/* never", "a comment is not closed by `*/}}`", id="an open comment"),
    pytest.param("{{ .a & .b }}", "`&` has no meaning there", id="a stranger"),
    pytest.param('{{ .a"b" }}', 'a space is missing before `"b"`', id="no space"),
    pytest.param("{{ template .a }}", "`template` lacks a name in quotes", id="a nameless template"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_what_go_cannot_parse_is_told(text: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(text)
    assert str(caught.value) == message


def test_what_the_operator_took_out_is_no_function() -> None:
    assert {"env", "expandenv", "getHostByName"} & FUNCTIONS == set()


def test_every_random_function_exists() -> None:
    assert RANDOM <= FUNCTIONS
