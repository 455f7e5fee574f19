"""What our patterns mean, in words: imported only where a finding needs them."""

from secretkit import fragment
from secretkit.schema import app, control_plane, platform
from secretkit.stores import vault

FORMS = {
    fragment.NAME: "a DNS subdomain: lower case letters, digits, `-` and `.`, at most 253",
    fragment.LABEL: "a DNS label: lower case letters, digits and `-`, at most 63",
    vault.MOUNTED: "the mount alone, since the operator adds `auth/` itself",
    vault.URL: "a URL with its scheme",
    fragment.DATA_KEY: "a key of a Secret: letters, digits, `-`, `_` and `.`",
    fragment.DURATION: "a Go duration: hours `h`, minutes `m`, seconds `s`, and no days",
    rf"^once$|^onChange$|{fragment.DURATION}": "a Go duration (`h`, `m`, `s`, no days), `once` or `onChange`",
    app.MODE: 'an octal mode in four digits, such as "0440"',
    app.REFERENCE: "KEY or KEY#PROPERTY",
    app.API_PATH: "an API path, which has no `#`",
    app.SECRET_KEY: "SECRET#KEY",
    app.MOUNT_PATH: "an absolute path",
    "^[A-Za-z_][A-Za-z0-9_]*$": "the name of an environment variable",
    "^[-._a-zA-Z][-._a-zA-Z0-9]*$": "the name of an environment variable",
    "^[A-Z][A-Za-z]*/.+$": "KIND/NAME of an object, such as `SecretStore/aws`",
    r"^\*$": 'a list of secrets, or "*"',
    control_plane.SOCKET: "a unix:// URL of an absolute path",
    control_plane.PLUGIN: "a name without a colon, or a key of EKS or AKS",
    platform.VERSION: "a release, such as 1.34",
    platform.RANGE: "a range of releases, such as >=0.4,<0.5",
    platform.CODE: "the code of a rule, such as SK310",
    platform.NO_VARIABLE: "a text without a variable",
    control_plane.RESOURCE: "a kind as `resource`, `resource/subresource` or `resource.group`",
}
