"""GithubAccessToken: a token of a GitHub App (ESO, generators/v1/github/github.go)."""

from secretkit.fragment import listing, mapping, record, secret_ref, text
from secretkit.generators import Generator

SCHEMA = record(
    "Access token of a GitHub App's installation, good for an hour.",
    {
        "appID": text("ID of the App.", example="123456"),
        "auth": record(
            "How to log in as the App.",
            {
                "privateKey": record(
                    "The App's private key.",
                    {"secretRef": secret_ref("Key of a Secret that holds the RSA key as PEM.")},
                    required=["secretRef"],
                    example={"secretRef": {"name": "github-app", "key": "private-key.pem"}},
                ),
            },
            required=["privateKey"],
            example={"privateKey": {"secretRef": {"name": "github-app", "key": "private-key.pem"}}},
        ),
        "installID": text("ID of the App's installation.", example="12345678"),
        "permissions": mapping(
            "Permissions that the token gets; without it all that the App has.",
            text("Level.", example="read"),
            example={"contents": "read"},
        ),
        "repositories": listing(
            "Names of the repositories that the token is good for, without the owner; without it "
            "all of the installation.",
            text("Name of a repository.", example="payments"),
            example=["payments"],
        ),
        "url": text(
            "URL of the API, without a slash at the end.",
            default="https://api.github.com",
            example="https://github.example.com/api/v3",
        ),
    },
    required=["appID", "auth", "installID"],
)

GENERATOR = Generator(
    kind="GithubAccessToken",
    title="Access token of a GitHub App",
    schema=SCHEMA,
    keys=lambda _: ("token",),
    makes_tokens=True,  # GitHub ends an installation's token after an hour
    since=None,
    example="""\
appID: "123456"
installID: "12345678"
repositories: [payments]
permissions: {contents: read}
auth:
  privateKey:
    secretRef: {name: github-app, key: private-key.pem}
""",
)
