"""Terraform's own language and its state: a text in quotes is judged by the blocks around it."""

import json

import pytest
from test_places import found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('resource "kubernetes_secret" "a" {\n  data = {\n    foo = "orchid"\n  }\n}\n',
                     [("SK811", 3, "sure")], id="data of a Secret"),
        pytest.param('resource "helm_release" "a" {\n  set_sensitive {\n    name = "a.b"\n    value = "orchid"\n  }\n}\n',
                     [("SK811", 4, "sure")], id="set_sensitive"),
        pytest.param('resource "helm_release" "a" {\n  set {\n    name = "a.password"\n    value = "orchid-17"\n  }\n}\n',
                     [("SK811", 4, "sure")], id="set"),
        pytest.param('variable "db_password" {\n  default = "orchid-17"\n}\n', [("SK811", 2, "sure")], id="a default"),
        pytest.param('provider "vault" {\n  token = "orchid-17x-a"\n}\n', [("SK811", 2, "sure")], id="a provider"),
        pytest.param('locals {\n  a = { user = "b", password = "orchid-17" }\n}\n', [("SK811", 2, "sure")], id="a map"),
        pytest.param('a "b" "c" {\n  values = [<<EOT\nauth:\n  password: orchid-17\nEOT\n  ]\n}\n',
                     [("SK811", 4, "sure")], id="a text"),
        pytest.param('a "b" "c" {\n  password = var.p\n  token = local.t\n  key = "${var.x}"\n}\n', [], id="references"),
        pytest.param('resource "kubernetes_secret" "a" {\n  metadata {\n    name = "a"\n  }\n  data = {\n    p = var.p\n  }\n}\n',
                     [], id="references in a Secret"),
        pytest.param('variable "secret_name" {\n  default = "shop-db"\n}\n', [], id="a name"),
    ],
)  # fmt: skip
def test_a_text_in_quotes_is_judged_by_its_block(
    text: str, expected: list[tuple[str, int, str]]
) -> None:
    assert found(text, "main.tf") == expected


@pytest.mark.parametrize(
    ("kind", "attributes", "expected"),
    [
        ("kubernetes_secret", {"data": {"k": "orchid"}}, [("SK811", 1, "sure")]),
        ("random_password", {"result": "orchid!17"}, [("SK811", 1, "sure")]),
        ("aws_instance", {"ami": "ami-0123456789abcdef0"}, []),
    ],
)
def test_the_state_holds_what_was_made(
    kind: str, attributes: dict[str, object], expected: list[tuple[str, int, str]]
) -> None:
    state = {"resources": [{"type": kind, "name": "a", "instances": [{"attributes": attributes}]}]}

    assert found(json.dumps(state), "terraform.tfstate") == expected


def test_variables_in_json_are_read() -> None:
    assert found('{"db_password": "orchid-17"}', "a.auto.tfvars.json") == [("SK811", 1, "sure")]
