"""SK239: some providers only take values, and some only give them."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.model.app import App
from secretkit.model.store import ONE_WAY
from secretkit.rules import Rule
from secretkit.text import Place


def find(app: App) -> Iterator[Finding]:
    for key, place, use in _uses(app):
        store = app.stores.get(key)
        provider = (store.provider_name if store else None) or ""
        if ONE_WAY.get(provider) == use:
            yield RULE.at(place, store=key, provider=provider, use=use)


def _uses(app: App) -> Iterator[tuple[str, Place, str]]:
    for secret in app.secrets.values():
        for read in secret.reads:
            yield read.store or "", read.at, "read"
        for push in secret.push:
            yield push.store, push.at.key, "written"


RULE = Rule(
    code="SK239",
    title="the store `{store}` cannot be {use}: its provider is {provider}",
    why="github and ngrok are targets of `push` alone, openBao is a source alone",
    fix="use a store that can; for OpenBao that is the form `vault`",
    source="External Secrets Operator, its providers",
    find=find,
    wrong="""
        spec:
          stores:
            github:
              provider:
                github:
                  appID: 1
                  installationID: 2
                  organization: acme
                  auth: {privateKey: {name: github, key: key.pem}}
          secrets:
            ci:
              from: github
              keys:
                token: DEPLOY_TOKEN  # <- SK239
    """,
    right="""
        spec:
          stores:
            vault: {vault: {server: "https://vault.example.com", path: kv, role: shop}}
            github:
              provider:
                github:
                  appID: 1
                  installationID: 2
                  organization: acme
                  auth: {privateKey: {name: github, key: key.pem}}
          secrets:
            ci:
              from: vault
              keys: {token: ci#token}
              push: {github: {token: DEPLOY_TOKEN}}
    """,
)
