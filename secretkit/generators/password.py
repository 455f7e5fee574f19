"""Password: random passwords (ESO, generators/v1/password/password.go)."""

from secretkit.fragment import DATA_KEY, flag, listing, record, text, whole
from secretkit.generators import Generator

MOST = 2**20  # bytes of a Secret

SCHEMA = record(
    "Random passwords.",
    {
        "allowRepeat": flag(
            "A character may occur twice. Without it ESO fails on more than 10 digits, 52 letters "
            "(26 with `noUpper`), or more symbols than there are different ones.",
            default=False,
            written=True,
        ),
        "digits": whole(
            "Number of digits; a quarter of `length` without it.", minimum=0, example=8
        ),
        "encoding": text(
            "Encoding of the finished password, whose length grows with it.",
            default="raw",
            written=True,
            enum=["base64", "base64url", "base32", "hex", "raw"],
            since="PASSWORD_ENCODING",
            example="hex",
        ),
        "length": whole(
            "Number of characters.",
            default=24,
            written=True,
            minimum=1,
            maximum=MOST,
            example=32,
        ),
        "noUpper": flag("No upper-case letters.", default=False, written=True),
        "secretKeys": listing(
            "Keys of the Secret, each with a password of its own; without it `password`.",
            text("Key of the Secret.", pattern=DATA_KEY, maxLength=253, example="session-key"),
            at_least=1,
            uniqueItems=True,  # not in the CRD; password.go refuses a key that is there twice
            example=["session-key"],
        )
        # An older release makes the one key `password`, which the ExternalSecret can rename.
        | {"x-since-many": "PASSWORD_SECRET_KEYS"},
        "symbolCharacters": text(
            "The symbols to choose from.",
            default='~!@#$%^&*()_+`-={}|[]\\:"<>?,./',
            example="-_.",
        ),
        "symbols": whole(
            "Number of symbols; a quarter of `length` without it.", minimum=0, example=0
        ),
    },
)

GENERATOR = Generator(
    kind="Password",
    title="Random passwords",
    schema=SCHEMA,
    keys=lambda spec: tuple(sorted(spec.get("secretKeys") or ("password",))),
    makes_tokens=False,  # good for ever
    since=None,
    example="""\
length: 32
symbols: 0
secretKeys: [session-key]
""",
)
