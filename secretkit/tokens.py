"""The marks by which providers' tokens are known, from their own documentation: a row each.

Each pattern is bounded, so that no input makes it slow; a text without `hint` cannot hold it, which
is told much faster. What a pattern finds is the whole token.
"""

from collections.abc import Iterator
from typing import NamedTuple

from secretkit.lazy import lazily


class Token(NamedTuple):
    """A token in a text: like what it looks, and where it stands."""

    what: str
    start: int
    end: int


# What it is called, a text that it holds, the pattern.
_ROWS = (
    ("a private key", "PRIVATE KEY",
     r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?(?:-----)?"
     r"(?:[^-]{0,20000}-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?"),
    ("an AWS access key ID", "A", r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("a GitHub token", "gh", r"(?<!\w)gh[pousr]_\w{36,255}"),
    ("a GitHub token", "github_pat_", r"(?<!\w)github_pat_\w{20,255}"),
    ("a GitLab token", "gl", r"(?<!\w)gl(?:pat|dt|rt|ptt|cbt|agent|soat)-[\w-]{16,255}"),
    ("a Slack token", "xox", r"(?<!\w)xox[abeprs]-[\w-]{10,255}"),
    ("a Slack token", "xapp-", r"(?<!\w)xapp-\d-[\w-]{10,255}"),
    ("a Slack webhook", "hooks.slack.com",
     r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,120}"),
    ("a Discord webhook", "/api/webhooks/",
     r"discord(?:app)?\.com/api/webhooks/\d{15,25}/[\w-]{40,100}"),
    ("a Stripe key", "k_", r"(?<!\w)[sr]k_(?:live|test)_\w{10,255}"),
    ("a Stripe webhook secret", "whsec_", r"(?<!\w)whsec_[A-Za-z0-9+/]{20,100}={0,2}"),
    ("a Google API key", "AIza", r"(?<!\w)AIza[\w-]{35}"),
    ("a Google OAuth secret", "GOCSPX-", r"(?<!\w)GOCSPX-[\w-]{28}"),
    ("an npm token", "npm_", r"(?<!\w)npm_\w{30,255}"),
    ("a PyPI token", "pypi-", r"(?<!\w)pypi-[\w-]{50,255}"),
    ("a Vault token", "hv", r"(?<!\w)hv[sbr]\.[\w-]{20,255}"),
    ("a JSON Web Token", "eyJ",
     r"(?<![\w.-])eyJ[\w-]{10,4096}\.eyJ[\w-]{2,8192}\.[\w-]{0,4096}"),
    ("an age identity", "-", r"(?i:age-secret-key-1)\w{20,100}"),
    ("a SendGrid key", "SG.", r"(?<!\w)SG\.[\w-]{22}\.[\w-]{43}"),
    ("a Docker Hub token", "dckr_pat_", r"(?<!\w)dckr_pat_[\w-]{20,60}"),
    ("a DigitalOcean token", "_v1_", r"(?<!\w)do[opr]_v1_[0-9a-f]{64}"),
    ("a Doppler token", "dp.", r"(?<![\w.])dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,100}"),
    ("a Hugging Face token", "hf_", r"(?<!\w)hf_[A-Za-z]{34}(?!\w)"),
    ("an OpenAI key", "T3BlbkFJ", r"(?<!\w)sk-[\w-]{0,100}T3BlbkFJ[\w-]{20,100}"),
    ("an Anthropic key", "sk-ant-", r"(?<!\w)sk-ant-[a-z0-9]{3,10}-[\w-]{40,120}"),
    ("a Databricks token", "dapi", r"(?<!\w)dapi[0-9a-f]{32}(?:-\d)?(?!\w)"),
    ("a Grafana token", "gl", r"(?<!\w)(?:glc_[A-Za-z0-9+/]{32,400}={0,2}|glsa_\w{32}_[0-9a-f]{8})"),
    ("a Shopify token", "shp", r"(?<!\w)shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    ("a Telegram bot token", ":AA", r"(?<!\w)\d{8,10}:AA[\w-]{33}(?![\w-])"),
    ("a Terraform Cloud token", ".atlasv1.", r"(?<!\w)[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}"),
    ("an Azure storage key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{86}=="),
    ("a New Relic key", "NRAK-", r"(?<!\w)NRAK-[A-Z0-9]{27}"),
    ("a Postman key", "PMAK-", r"(?<!\w)PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    ("a PlanetScale token", "pscale_", r"(?<!\w)pscale_(?:tkn|pw|oauth)_[\w.-]{32,64}"),
    ("a Linear key", "lin_api_", r"(?<!\w)lin_api_[A-Za-z0-9]{40}"),
    ("a Mailgun key", "key-", r"(?<![\w-])key-[0-9a-f]{32}(?!\w)"),
    ("a Twilio key", "SK", r"(?<!\w)SK[0-9a-f]{32}(?!\w)"),
)  # fmt: skip
_TOKENS = tuple((what, hint, lazily(pattern)) for what, hint, pattern in _ROWS)
_URL = lazily(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@]{0,128}:([^\s/@]{1,256})@")


def tokens(text: str) -> Iterator[Token]:
    """Every token of a provider in a text."""
    for what, hint, pattern in _TOKENS:
        if hint in text:
            for found in pattern.finditer(text):
                yield Token(what, found.start(), found.end())


def passwords_in_urls(text: str) -> Iterator[Token]:
    """Every password between `user:` and `@` of a URL."""
    if "://" in text:
        for found in _URL.finditer(text):
            yield Token("a URL with a password", found.start(1), found.end(1))
