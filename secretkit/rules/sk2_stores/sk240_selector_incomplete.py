"""SK240: a reference to a Secret names the Secret and its key."""

from collections.abc import Iterator, Mapping
from typing import Any

from secretkit import stores
from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.rules import Rule
from secretkit.text import Place

_FIELDS = """accessID accessKeyID accessKeyIDSecretRef accessKeySecretSecretRef accessToken accessType
accessTypeParam apiKeyRef appId appSecret authRef authorizedKeySecretRef bearerToken
certSecretRef clientCert clientCertRef clientCertificate clientId clientKey clientKeyRef
clientSecret clientSecretSecretRef connectTokenSecretRef credConfig credentials dopplerToken
fingerprint identityId jwt keySecretRef ldapPassword ldapUsername passcodeRef passwordSecret
passwordSecretRef privateKey privateKeyPassphrase privateKeySecretRef privatekey region resource
roleRef secretAccessKey secretAccessKeySecretRef secretApiKeySecretRef secretRef
serviceAccountCredsSecretRef serviceAccountKeyFilePath serviceAccountSecretRef
serviceAccountTokenPath sessionTokenSecretRef tenancyId tenantId token tokenSecretRef userId
userRef usernameSecret"""
# Fields of ESO's providers that hold such a reference, by the newest CRD.
SELECTORS = frozenset(_FIELDS.split())
# References whose key has a default: (field, field around it).
_KEY_KNOWN = frozenset(
    {
        ("dopplerToken", "secretRef"),
        ("secretRef", "kubernetes"),
        ("secretRef", "kubernetesAuth"),
        ("certSecretRef", "tls"),
        ("keySecretRef", "tls"),
    }
)


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        # The schemas see to the short forms and to providers that have one.
        if store.form == "provider" and stores.of_provider(store.provider_name) is None:
            for place, name, lacks in _incomplete(store.settings, store.settings_at):
                yield RULE.at(place, name=name, lacks=lacks)


def _incomplete(value: Any, at: Place) -> Iterator[tuple[Place, str, str]]:
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _incomplete(item, at / number)
    if not isinstance(value, Mapping):
        return
    around, name = str(at.path[-2]), str(at.path[-1])
    if name in SELECTORS and value and value.keys() <= {"name", "key", "namespace"}:
        if "name" not in value:
            yield at.key, name, "name"
        # A webhook's templates take the keys of such a Secret by their names.
        is_webhooks = {"webhook", "secrets"} <= set(at.path)
        if "key" not in value and not is_webhooks and (name, around) not in _KEY_KNOWN:
            yield at.key, name, "key"
    for field, item in value.items():
        yield from _incomplete(item, at / field)


RULE = Rule(
    code="SK240",
    title="`{name}` lacks the `{lacks}` of what it refers to",
    why="the API server takes it all the same; the operator then finds nothing to log in with",
    fix="write `{name}: {{name: SECRET, key: KEY}}`",
    source="External Secrets Operator, SecretKeySelector",
    find=find,
    wrong="""
        spec:
          stores:
            op:
              provider:
                onepasswordSDK:
                  vault: shop
                  auth:
                    serviceAccountSecretRef:  # <- SK240
                      name: onepassword
          secrets:
            db: {from: op, keys: {password: db/password}}
    """,
    right="""
        spec:
          stores:
            op:
              provider:
                onepasswordSDK:
                  vault: shop
                  auth: {serviceAccountSecretRef: {name: onepassword, key: token}}
          secrets:
            db: {from: op, keys: {password: db/password}}
    """,
)
