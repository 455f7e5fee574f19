"""MFA: a one-time code from a seed (ESO, generators/v1/mfa/mfa.go)."""

from secretkit.fragment import record, secret_ref, text, whole
from secretkit.generators import Generator

INSTANT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"  # RFC 3339

SCHEMA = record(
    "Time-based one-time code (RFC 6238) from a seed that a Secret holds.",
    {
        # mfa.go hands this to nobody up to 2.9: every code is made with SHA-1
        "algorithm": text(
            "Hash function; ESO takes `sha1` whatever stands here, up to 2.9 at least.",
            default="sha1",
            example="sha1",
        ),
        "length": whole("Digits of the code.", default=6, example=6),
        "secret": secret_ref("Key of a Secret that holds the seed in base32."),
        "timePeriod": whole("Seconds that a code is good for.", default=30, example=30),
        "when": text(
            "Instant that the code is made for, in place of now: the same code every time, for "
            "tests.",
            pattern=INSTANT,
            example="2030-01-01T00:00:00Z",
        ),
    },
    required=["secret"],
)

GENERATOR = Generator(
    kind="MFA",
    title="One-time code",
    schema=SCHEMA,
    keys=lambda _: ("timeLeft", "token"),
    makes_tokens=True,  # good for seconds
    since="MFA_GENERATOR",
    example="""\
secret: {name: vpn-seed, key: seed}
length: 6
timePeriod: 30
""",
)
