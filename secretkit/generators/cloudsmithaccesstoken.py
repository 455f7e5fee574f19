"""CloudsmithAccessToken: a login of Cloudsmith (ESO, generators/v1/cloudsmith/cloudsmith.go)."""

from secretkit.fragment import account_ref, record, text
from secretkit.generators import Generator

SCHEMA = record(
    "A ServiceAccount's token, exchanged for a login of Cloudsmith's registries.",
    {
        "apiUrl": text(
            "URL of the Cloudsmith API.",
            default="https://api.cloudsmith.io",
            example="https://api.cloudsmith.io",
        ),
        "orgSlug": text("Slug of the organisation.", example="acme"),
        "serviceAccountRef": account_ref(
            "ServiceAccount whose token is exchanged; Cloudsmith usually expects the audience "
            "`https://api.cloudsmith.io`.",
        ),
        "serviceSlug": text("Slug of the Cloudsmith service account.", example="payments-x1y2"),
    },
    required=["orgSlug", "serviceAccountRef", "serviceSlug"],
)

GENERATOR = Generator(
    kind="CloudsmithAccessToken",
    title="Login of Cloudsmith's registries",
    schema=SCHEMA,
    keys=lambda _: ("auth", "expiry"),
    makes_tokens=True,  # a JWT: `expiry` is its end
    since="CLOUDSMITH_GENERATOR",
    example="""\
orgSlug: acme
serviceSlug: payments-x1y2
serviceAccountRef:
  name: payments-cloudsmith
  audiences: ["https://api.cloudsmith.io"]
""",
)
