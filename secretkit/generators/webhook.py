"""Webhook: what an HTTP server answers (ESO, generators/v1/webhook/webhook.go)."""

from secretkit.fragment import (
    DATA_KEY,
    ca_ref,
    listing,
    mapping,
    name,
    record,
    secret_ref,
    text,
)
from secretkit.generators import Generator

BASE64 = r"^[A-Za-z0-9+/=\s]+$"
DURATION = r"^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$"  # Go's, as the CRD's code parses it

AUTH = record(
    "How to log in to the server, beside `headers`.",
    {
        "ntlm": record(
            "Log in by NTLM.",
            {
                "usernameSecret": secret_ref("The username."),
                "passwordSecret": secret_ref("The password."),
            },
            required=["usernameSecret", "passwordSecret"],
            example={
                "usernameSecret": {"name": "issuer", "key": "username"},
                "passwordSecret": {"name": "issuer", "key": "password"},
            },
        ),
    },
    required=["ntlm"],  # the CRD asks for one property, and this is the only one
    since="WEBHOOK_AUTH",
    minProperties=1,
    maxProperties=1,
    example={
        "ntlm": {
            "usernameSecret": {"name": "issuer", "key": "username"},
            "passwordSecret": {"name": "issuer", "key": "password"},
        }
    },
)

SECRET = record(
    "A Secret for the templates.",
    {
        "name": text("Its name in the templates.", example="issuer"),
        # the webhook's own selector, without a namespace
        "secretRef": record(
            "The Secret, which must have the label `external-secrets.io/type: webhook`; all of "
            "its keys are in reach.",
            {
                "name": name("Name of the Secret.", example="issuer-credentials"),
                "key": text(
                    "Not used: templates name the key.",
                    pattern=DATA_KEY,
                    maxLength=253,
                    example="token",
                ),
            },
            required=["name"],
            example={"name": "issuer-credentials"},
        ),
    },
    required=["name", "secretRef"],
    example={"name": "issuer", "secretRef": {"name": "issuer-credentials"}},
)

SCHEMA = record(
    "The JSON object that an HTTP server answers, each of its properties as a key. `url`, "
    "`headers` and `body` are Go templates over `secrets`.",
    {
        "auth": AUTH,
        "body": text("Body of the request.", example='{"app": "payments"}'),
        "caBundle": text(
            "Certificate authorities of the server: base64 of their PEM.",
            pattern=BASE64,
            example="LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==",
        ),
        "caProvider": ca_ref("Certificate authorities of the server, kept in the cluster."),
        "headers": mapping(
            "Headers of the request.",
            text("A value.", example="application/json"),
            example={"Authorization": "Bearer {{ .issuer.token }}"},
        ),
        "method": text("Method of the request.", default="GET", example="POST"),
        "result": record(
            "How the answer is read.",
            {
                "jsonPath": text(
                    "Path of the object within the answer; without it the whole answer.",
                    example="$.data",
                ),
            },
            example={"jsonPath": "$.data"},
        ),
        "secrets": listing(
            "Secrets that the templates may use.",
            SECRET,
            example=[{"name": "issuer", "secretRef": {"name": "issuer-credentials"}}],
        ),
        "timeout": text("Longest wait for the answer.", pattern=DURATION, example="10s"),
        "url": text("URL that is called.", example="https://issuer.example.com/credentials"),
    },
    required=["result", "url"],
)

GENERATOR = Generator(
    kind="Webhook",
    title="Answer of an HTTP server",
    schema=SCHEMA,
    keys=lambda _: None,  # the properties of the answer
    # The answer may be anything, and neither spec nor code knows of an end: no expiry is read, and
    # no state is kept. Who knows that it ends gives `refresh`.
    makes_tokens=False,
    since=None,
    example="""\
url: https://issuer.example.com/credentials
method: POST
headers:
  Authorization: "Bearer {{ .issuer.token }}"
body: '{"app": "payments"}'
result: {jsonPath: $.data}
secrets:
  - name: issuer
    secretRef: {name: issuer-credentials}
""",
)
