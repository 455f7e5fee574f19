"""Places one by one: what is found there, by code and line, and what is passed over."""

import base64
import json

import pytest
from sealing import ciphertext

from secretkit.scan import judging
from secretkit.scan.reading import File

RANDOM = "aB3dE5gH7jK9mN1pQ4sT6vW8yZ0cF2hL"
HEAD = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\n"


def found(text: str, name: str = "a.yaml") -> list[tuple[str, int, str]]:
    seen = judging.of_file(File(name, text))
    return [(one.code.code, one.at.line, one.sureness) for one in seen if one.is_found]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("a.yaml", HEAD + "data: {password: aHVudGVyMg==}\n", [("SK801", 4, "sure")], id="base64"),
        pytest.param("a.yaml", HEAD + "data: {password: Y2hhbmdlbWU=}\n", [("SK802", 4, "placeholder")],
                     id="a placeholder in base64"),
        pytest.param("a.json", '{"apiVersion": "v1",\n"kind": "Secret",\n"data": {\n"p": "aHVudGVyMg=="}}\n',
                     [("SK801", 4, "sure")], id="a Secret in JSON"),
        pytest.param("a.yaml", "data:\n  p: aHVudGVyMg==\nkind: Secret\napiVersion: v1\n", [("SK801", 2, "sure")],
                     id="data before kind"),
        pytest.param("a.yaml", HEAD + "stringData:\n  p: 12345678\n", [("SK801", 5, "sure")], id="a number"),
        pytest.param("a.yaml", HEAD + "stringData:\n  username: shop\n", [("SK801", 5, "likely")], id="a user name"),
        pytest.param("a.yaml", HEAD + "x: &p hunter2\nstringData:\n  p: *p\n", [("SK801", 4, "sure")], id="an alias"),
        pytest.param("a.yaml", HEAD + "x: &p {p: hunter2}\nstringData:\n  <<: *p\n", [("SK801", 4, "sure")], id="a merge"),
        pytest.param("a.yaml", "a: 1\n---\n" + HEAD + "stringData:\n  p: hunter2\n", [("SK801", 7, "sure")],
                     id="a second document"),
        pytest.param("a.yaml", HEAD + 'data:\n  p: {{ "hunter2" | b64enc }}\n', [("SK801", 5, "sure")],
                     id="a text in an action"),
        pytest.param("a.yaml", HEAD + 'data:\n{{- if .x }}\n  p: {{ .p | default "hunter2" | b64enc }}\n{{- end }}\n',
                     [("SK801", 6, "likely")], id="a default in an action"),
        pytest.param("a.yaml", HEAD + "stringData:\n  dsn: postgres://u:hunter2@{{ .host }}/db\n", [("SK801", 5, "sure")],
                     id="a password beside an action"),
        pytest.param("a.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  a.properties: |\n    x=1\n    spring.datasource.password=hunter2\n",
                     [("SK803", 6, "sure")], id="properties in a ConfigMap"),
        pytest.param("a.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  a.yml: |\n    db:\n      password: hunter2\n",
                     [("SK803", 6, "sure")], id="YAML in a ConfigMap"),
        pytest.param("a.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  s.yaml: |\n    apiVersion: v1\n    kind: Secret\n    stringData:\n      p: hunter2\n",
                     [("SK801", 8, "sure")], id="a Secret in a ConfigMap"),
        pytest.param("a.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  redis.conf: |\n    port 6379\n    requirepass hunter2\n",
                     [("SK803", 6, "sure")], id="redis.conf in a ConfigMap"),
        pytest.param("a.yaml", "password: hunter2\n\tbroken: [\n", [("SK813", 1, "sure")], id="broken YAML"),
        pytest.param(".sops.yaml.txt", "x", [], id="a text"),
        pytest.param("a.yaml", "apiVersion: v1\nkind: Secret\nstringData:\n  a: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n  b: hunter2\nsops: {mac: 'ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]', version: 3.11.0}\n",
                     [("SK801", 5, "sure")], id="a value that sops left in clear"),
        pytest.param("a.yaml", "apiVersion: external-secrets.io/v1\nkind: SecretStore\nspec:\n  provider:\n    webhook:\n      headers:\n        X-Api-Key: orchid-17x-of-the-shop\n",
                     [("SK813", 7, "sure")], id="a header of a store"),
        pytest.param("Dockerfile", "FROM x\nENV DB_PASSWORD=hunter2 A=b\n", [("SK811", 2, "sure")], id="a Dockerfile"),
        pytest.param("docker-compose.yaml", "services:\n  db:\n    environment:\n    - DB_PASSWORD=hunter2\n",
                     [("SK813", 4, "sure")], id="a list of variables"),
        pytest.param("a.go", 'const a = "' + "gh" + "p_" + RANDOM + 'abcd"\n', [("SK814", 1, "sure")], id="a token in code"),
        pytest.param("a.yaml", "# " + "gl" + "pat-" + RANDOM[:20] + "\n", [("SK814", 1, "sure")], id="a token in a comment"),
    ],
)  # fmt: skip
def test_it_is_found(name: str, text: str, expected: list[tuple[str, int, str]]) -> None:
    assert found(text, name) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.yaml", HEAD + "data: {c: null}\nstringData: {a: '', b: null}\n", id="nothing in it"),
        pytest.param("a.yaml", HEAD + "stringData:\n  p: ${PASSWORD}\n  q: <path:secret/db#password>\n", id="references"),
        pytest.param("a.yaml", HEAD + "stringData:\n  p: ref+vault://secret/db#/password\n  q: op://v/i/f\n", id="vals"),
        pytest.param("a.yaml", HEAD + "data:\n  p: {{ .Values.password | b64enc | quote }}\n", id="a chart's template"),
        pytest.param("a.yaml", "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    password: "
                     + ciphertext() + "\n", id="a SealedSecret"),
        pytest.param("a.yaml", "kind: Pod\napiVersion: v1\nspec:\n  containers:\n  - args: ['--password=$(PASSWORD)']\n", id="a variable"),
        pytest.param("a.yaml", "on: push\njobs:\n  a:\n    env:\n      TOKEN: ${{ secrets.TOKEN }}\n    steps:\n    - run: |\n        x\n        curl -H \"Authorization: Bearer $TOKEN\"\n",
                     id="a workflow of GitHub"),
        pytest.param("values.yaml", "existingSecret: shop-db\nexistingPasswordSecretKey: password\nauth: {secret: shop-tls}\n", id="names"),
        pytest.param("a.json", '{"$schema": "http://json-schema.org/draft-07/schema", "password": "hunter2"}', id="a JSON Schema"),
        pytest.param("README.md", "https://user:password@example.com and https://shop:hunter2@example.com\n", id="examples"),
        pytest.param("a.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  a.rb: |\n    user = shop\n    api_token = credentials.first.token2_of_app\n",
                     id="a field of another"),
        pytest.param("a.py", 'x = "-----BEGIN PRIVATE KEY-----"\n', id="a mention of a key"),
    ],
)  # fmt: skip
def test_it_is_passed_over(name: str, text: str) -> None:
    assert found(text, name) == []


def test_many_documents_are_each_seen_once() -> None:
    """Nodes of one document may get the identities of the last one's."""
    text = "---\n".join(f"{HEAD}stringData:\n  p{n}: hunter{n}x\n" for n in range(200))

    assert [line for _, line, _ in found(text)] == [6 * n + 5 for n in range(200)]


def test_a_pull_secret_is_one_finding() -> None:
    login = base64.b64encode(b"shop:hunter2").decode()
    inner = base64.b64encode(json.dumps({"auths": {"r": {"auth": login}}}).encode()).decode()

    assert found(f"{HEAD}data:\n  .dockerconfigjson: {inner}\n") == [("SK801", 5, "sure")]
