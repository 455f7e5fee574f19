"""ServiceAccounts that stores of the app log in with, once per name."""

from collections.abc import Iterator

from secretkit.compile.metadata import metadata
from secretkit.model.app import App
from secretkit.objects import Object


def objects(app: App) -> Iterator[Object]:
    seen = set()
    for store in app.stores.values():
        account = store.account
        if account is None or account.existing or store.is_shared:
            continue
        if (account.namespace, account.name) in seen:
            continue
        seen.add((account.namespace, account.name))
        body = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": metadata(
                app, account.name, namespace=account.namespace, annotations=account.annotations
            ),
            "automountServiceAccountToken": False,  # only its requested tokens are used
        }
        yield Object(body, account.at)
