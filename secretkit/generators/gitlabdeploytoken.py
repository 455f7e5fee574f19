"""GitlabDeployToken: a deploy token of GitLab (ESO, generators/v1/gitlab/gitlab.go)."""

from secretkit.fragment import listing, record, secret_ref, text
from secretkit.generators import Generator

INSTANT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"  # RFC 3339

SCHEMA = record(
    "Deploy token of one GitLab project or group; a refresh makes a new one and revokes the old.",
    {
        "auth": record(
            "How to log in to the GitLab API.",
            {
                "token": record(
                    "An access token of GitLab.",
                    {
                        "secretRef": secret_ref(
                            "Access token with the scope `api` and the role Maintainer of the "
                            "project, or Owner of the group.",
                        ),
                    },
                    required=["secretRef"],
                    example={"secretRef": {"name": "gitlab-api", "key": "token"}},
                ),
            },
            required=["token"],
            example={"token": {"secretRef": {"name": "gitlab-api", "key": "token"}}},
        ),
        "expiresAt": text(
            "Instant at which GitLab ends the token, whenever it was made; without it the token "
            "lasts until it is revoked.",
            pattern=INSTANT,
            example="2030-01-01T00:00:00Z",
        ),
        "groupID": text(
            "ID or path of the group, not URL-encoded.", minLength=1, example="acme/backend"
        ),
        "name": text("Name that GitLab shows for the token.", minLength=1, example="payments-pull"),
        "projectID": text(
            "ID or path of the project, not URL-encoded.", minLength=1, example="acme/payments"
        ),
        "scopes": listing(
            "What the token may do; the virtual registry exists for projects only.",
            text(
                "A scope.",
                enum=[
                    "read_repository",
                    "read_registry",
                    "write_registry",
                    "read_package_registry",
                    "write_package_registry",
                    "read_virtual_registry",
                    "write_virtual_registry",
                ],
                example="read_registry",
            ),
            at_least=1,
            example=["read_registry"],
        ),
        "url": text(
            "URL of the GitLab instance.",
            default="https://gitlab.com",
            example="https://gitlab.example.com",
        ),
        "username": text(
            "Username of the token; without it `gitlab+deploy-token-` and a number.",
            example="payments-pull",
        ),
    },
    required=["auth", "name", "scopes"],
    exactly_one=["projectID", "groupID"],
)

GENERATOR = Generator(
    kind="GitlabDeployToken",
    title="Deploy token of GitLab",
    schema=SCHEMA,
    keys=lambda _: ("token", "username"),
    # A deploy token lasts until ESO revokes it. `expiresAt` is a fixed instant that is sent again
    # with each refresh, so refreshing would not outlive it either.
    makes_tokens=False,
    since="GITLAB_GENERATOR",
    example="""\
projectID: acme/payments
name: payments-pull
scopes: [read_registry]
auth:
  token:
    secretRef: {name: gitlab-api, key: token}
""",
)
