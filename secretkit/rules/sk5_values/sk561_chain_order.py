"""SK561: a chain goes from the certificate up, each signed by the next."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.rules.sk5_values.sk514_tls_pem import problem


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        value = secret.read_values.get("tls.crt")
        if secret.type != "kubernetes.io/tls" or not value or value.hidden is None:
            continue
        content = value.hidden.reveal()
        if content.count(b"-----BEGIN CERTIFICATE-----") < 2 or problem(content, is_key=False):
            continue
        from secretkit import certificates

        number = certificates.out_of_order(certificates.chain(content) or ())
        if number:
            yield RULE.at(value.at, number=number)


RULE = Rule(
    code="SK561",
    severity="warning",
    title="certificate number {number} in `tls.crt` signed none of those before it",
    why="clients of TLS 1.2 need each certificate to certify the one before it; some put a chain in "
    "order, others fail with `unable to get local issuer certificate`",
    fix="put the server's certificate first, then the one that signed it, and so on; the root may be "
    "left out",
    source="RFC 5246, 7.4.2; RFC 8446, 4.4.2",
    find=find,
    wrong="# not text: `tls.crt` with the intermediate certificate of another chain behind it",
)
