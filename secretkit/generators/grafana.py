"""Grafana: a token of a Grafana service account (ESO, generators/v1/grafana/grafana.go)."""

from secretkit.fragment import DATA_KEY, Fragment, name, record, text, whole
from secretkit.generators import Generator


def local_key(description: str) -> Fragment:
    """This kind's own selector, without a namespace: the Secret stands beside the generator."""
    return record(
        description,
        {
            "name": name("Name of the Secret that holds it.", example="grafana-admin"),
            "key": text(
                "Key within that Secret.", pattern=DATA_KEY, maxLength=253, example="token"
            ),
        },
        required=["name", "key"],
        example={"name": "grafana-admin", "key": "token"},
    )


SCHEMA = record(
    "Token of a Grafana service account; a refresh makes a new one and deletes the old.",
    {
        "auth": record(
            "How to log in to Grafana.",
            {
                "basic": record(
                    "Log in as a user.",
                    {
                        "username": text("Name of the user.", example="admin"),
                        "password": local_key("The user's password."),
                    },
                    required=["username", "password"],
                    example={
                        "username": "admin",
                        "password": {"name": "grafana-admin", "key": "password"},
                    },
                ),
                "token": local_key(
                    "Token of a service account that may manage service accounts and tokens."
                ),
            },
            # not in the CRD: grafana.go fails on none, and of both heeds only `token`
            exactly_one=["token", "basic"],
            example={"token": {"name": "grafana-admin", "key": "token"}},
        ),
        "serviceAccount": record(
            "The service account whose token is made; it is made too where it is missing.",
            {
                "name": text("Name of the service account.", example="payments"),
                "role": text("Its basic role in the organisation.", example="Viewer"),
                "secondsToLive": whole(
                    "Life of the token in seconds; without it the token does not end. Some "
                    "installations, such as Amazon's, demand it.",
                    minimum=1,
                    since="GRAFANA_SECONDS_TO_LIVE",
                    example=86400,
                ),
            },
            required=["name", "role"],
            example={"name": "payments", "role": "Viewer"},
        ),
        "url": text("URL of the Grafana server.", example="https://grafana.example.com"),
    },
    required=["auth", "serviceAccount", "url"],
)

GENERATOR = Generator(
    kind="Grafana",
    title="Token of a Grafana service account",
    schema=SCHEMA,
    keys=lambda _: ("login", "token"),
    # With `secondsToLive`, which some installations demand, the token ends by itself, and without
    # it Grafana may be set to a longest life. Asking for a refresh is the safe side: it makes a
    # new token, and ESO deletes the old one.
    makes_tokens=True,
    since=None,
    example="""\
url: https://grafana.example.com
auth:
  token: {name: grafana-admin, key: token}
serviceAccount:
  name: payments
  role: Viewer
""",
)
