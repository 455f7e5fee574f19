"""What stands beside a placeholder: a value stays one, and what holds placeholders together is none."""

import pytest

from secretkit.scan import judging
from secretkit.scan.reading import File

HEAD = "apiVersion: v1\nkind: Secret\nstringData:\n  foo: "


def found(text: str) -> list[tuple[str, int]]:
    file = File("a.yaml", text)
    seen = judging.of_file(file)
    assert not file.is_broken
    return [(one.code.code, one.at.line) for one in seen if one.is_found]


@pytest.mark.parametrize(
    "value",
    [
        '"${ENV}-hunter2-prod"',
        '"$(PREFIX)Kestrel99"',
        '"{{ .Values.user }}:Kestrel77"',
        '"<path:kv/x#y>Kestrel66"',
        '"mysql -u${USER} -pSuperS3cr3t"',
        '"%8fjK2m%"',
        '{{ if .Values.a }}tmplpass-88{{ else }}tmplpass-89{{ end }}',
        '{{ printf "%s:tmplpass-93" .Values.user | b64enc }}',
        '{{ b64enc "tmplpass-84" }}',
        'postgres://${U}:hunter2x${Y}@db:5432/x',
        '"user=${U};password=hunter${X}2x"',
        '{{ .x | default "u" }}:Kestrel77',
        '"{{ .a }}hunter2{{ .b }}"',
        'u:hunter2@tcp(${H}:1)/x',
    ],
)  # fmt: skip
def test_a_value_beside_a_placeholder_is_one(value: str) -> None:
    assert found(f"{HEAD}{value}\n") == [("SK801", 4)]


@pytest.mark.parametrize(
    "value",
    [
        '"postgres://${U}:${P}@db.shop.svc:5432/app?sslmode=disable"',
        'postgres://{{ .user }}:{{ .password }}@{{ .host }}:5432/app',
        '"Bearer ${TOKEN}"',
        '"${A}-${B}"',
        '"{{ .user }}:{{ .pass }}"',
        '"user=${U};password=${P};server=db.svc"',
        '"{{ .a }}@tcp({{ .h }}:3306)/{{ .d }}?parseTime=true"',
        '"${U}:${P}@tcp(db:3306)/app"',
        '\'{"auths": {"ghcr.io": {"auth": "${X}", "email": "a@b.c"}}}\'',
        '"redis://:${P}@redis:6379/0"',
        '"%DB_PASSWORD%"',
        '{{ printf "%s:%s" .Values.user .Values.pw | b64enc }}',
        '{{ include "x.secret" . | quote }}',
        '|\n    [client]\n    user=bob\n    password=${P}\n    # x ${Y} Hunter2x\n',
        '"https://${H}/path/to"',
        '"Endpoint=sb://${NS}.servicebus.windows.net/;SharedAccessKey=${K}"',
        '"db.${NS}.svc.cluster.local"',
        '"{{ .a }}.svc.cluster.local:5432"',
        '"host=${H} port=5432 user=app password=${P} dbname=app"',
        '"mysql -u${USER} -p${PASS}"',
        '{{ .x | b64enc }}',
        '"{{ if .x }}true{{ else }}false{{ end }}"',
        '"https://hooks.slack.com/services/${A}"',
        '"{{ .Values.accessKey }}:{{ .Values.secretKey }}"',
        '"[default]\\naws_access_key_id={{ .a }}\\naws_secret_access_key={{ .b }}\\n"',
        '"s3://${BUCKET}/backups"',
        '"amqp://{{ .u }}:{{ .p }}@{{ .Release.Name }}-rabbitmq.{{ .Release.Namespace }}.svc:5672/%2f"',
    ],
)  # fmt: skip
def test_what_holds_placeholders_together_is_none(value: str) -> None:
    assert found(f"{HEAD}{value}\n") == []


def test_words_alone_are_less_sure_than_what_has_digits_or_capitals() -> None:
    texts = ("${ENV}-uploads-prod", "${ENV}-hunter2-prod")
    seen = [judging.of_file(File("a.yaml", f"{HEAD}{text}\n")) for text in texts]

    assert [[one.sureness for one in ones] for ones in seen] == [["likely"], ["sure"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password: ${ENV}-hunter2-prod", [("SK813", 1)]),
        ("password: '{{ .a }}-x'", []),
        ("token: ${NS}-vault-token", []),
        ("secret: '{{ .Release.Name }}-tls'", []),
        ("dsn: postgres://${U}:${P}@db:5432/app", []),
        ('{{- $password := "tmplpass-1" -}}', [("SK813", 1)]),
        ('{{- $password := .Values.password -}}', []),
        ('a: {{ dict "password" "tmplpass-2" | toYaml }}', [("SK813", 1)]),
        ('a: {{ dict "secret" $name "key" "a" | toYaml }}', []),
        ('a: {{ include "x" (dict "key" "password" "values" (list "global.password" "auth.password")) }}', []),
    ],
)  # fmt: skip
def test_other_fields_are_told_by_their_names(text: str, expected: list[tuple[str, int]]) -> None:
    assert found(text + "\n") == expected


def test_what_a_template_puts_on_rows_of_its_own_hides_no_other_row() -> None:
    text = (
        'apiVersion: v1\nkind: Secret\nmetadata:\n  labels: {{- include "x" . | nindent 4 }}\n    app: web\n'
        "stringData:\n  foo: daisy97x\n"
    )

    assert found(text) == [("SK801", 7)]
