"""QuayAccessToken: a login of Quay (ESO, generators/v1/quay/quay.go)."""

from secretkit.fragment import account_ref, record, text
from secretkit.generators import Generator

SCHEMA = record(
    "A ServiceAccount's token, exchanged for a login of a Quay robot account.",
    {
        "robotAccount": text("Name of the robot account.", example="acme+payments"),
        "serviceAccountRef": account_ref(
            "ServiceAccount that the robot account is federated with."
        ),
        "url": text("Host name of the Quay server.", default="quay.io", example="quay.example.com"),
    },
    required=["robotAccount", "serviceAccountRef"],
)

GENERATOR = Generator(
    kind="QuayAccessToken",
    title="Login of a Quay robot account",
    schema=SCHEMA,
    keys=lambda _: ("auth", "expiry", "registry"),
    makes_tokens=True,  # a JWT: `expiry` is its end
    since=None,
    example="""\
robotAccount: acme+payments
serviceAccountRef: {name: payments-quay}
""",
)
