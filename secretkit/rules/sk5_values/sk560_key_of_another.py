"""SK560: a certificate and its key belong together."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.secret import Secret
from secretkit.rules import Rule
from secretkit.rules.sk5_values.sk514_tls_pem import problem
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for secret in app.secrets.values():
        if secret.type == "kubernetes.io/tls":
            for place, said in _problems(secret):
                yield RULE.at(place, problem=said)


def _problems(secret: Secret) -> Iterator[tuple[Place, str]]:
    values = secret.read_values
    certificate, key = values.get("tls.crt"), values.get("tls.key")
    if not certificate or certificate.hidden is None:
        return
    content = certificate.hidden.reveal()
    if problem(content, is_key=False):  # SK514
        return
    from secretkit import certificates

    chain = certificates.chain(content)
    if chain is None:
        yield certificate.at, "`tls.crt` holds a certificate that cannot be read"
        return
    if not key or key.hidden is None or problem(key.hidden.reveal(), is_key=True):
        return
    match certificates.fits(chain, key.hidden.reveal()):
        case str() as said:
            yield key.at, f"`tls.key` {said}"
        case (False, *rest):
            after = rest.index(True) + 2 if True in rest else 0
            where = f"; it is that of number {after} there" if after else ""
            yield key.at, f"`tls.key` is not the key of the first certificate in `tls.crt`{where}"


RULE = Rule(
    code="SK560",
    title="{problem}",
    why="the API server does not look, and what serves TLS refuses the pair when it starts or, worse, "
    "when it renews",
    fix="take both from one issue: the key that the request was made with, and the certificate that "
    "came of it first in `tls.crt`, with its chain behind it",
    source="kubectl create secret tls; Go, crypto/tls: X509KeyPair",
    find=find,
    wrong="# not text: `tls.crt` and `tls.key` from files that do not belong together",
)
