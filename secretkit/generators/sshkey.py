"""SSHKey: a key pair for SSH (ESO, generators/v1/sshkey/sshkey.go)."""

from secretkit.fragment import record, text, whole
from secretkit.generators import Generator

SCHEMA = record(
    "Key pair for SSH, in the formats of OpenSSH.",
    {
        "comment": text("Comment of both keys.", example="payments@example.com"),
        "keySize": whole(
            "Bits: 2048 without it for rsa; 256, 384 or 521 for ecdsa, where any other number "
            "counts as 256; not used for ed25519.",
            minimum=256,
            maximum=8192,
            example=4096,
        ),
        "keyType": text(
            "Algorithm of the keys.",
            default="rsa",
            written=True,
            enum=["rsa", "ecdsa", "ed25519"],
            example="ed25519",
        )
        | {"x-since-values": {"ecdsa": "SSHKEY_ECDSA"}},
    },
)

GENERATOR = Generator(
    kind="SSHKey",
    title="Key pair for SSH",
    schema=SCHEMA,
    keys=lambda _: ("privateKey", "publicKey"),
    makes_tokens=False,  # good for ever
    since="SSHKEY_GENERATOR",
    example="""\
keyType: ed25519
comment: payments@example.com
""",
)
