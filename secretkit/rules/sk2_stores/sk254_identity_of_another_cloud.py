"""SK254: an identity is of the store's own cloud."""

from collections.abc import Iterator

from secretkit.finding import Finding
from secretkit.lazy import lazily
from secretkit.model.app import App
from secretkit.model.store import Store
from secretkit.rules import Rule
from secretkit.text import Place

_ARN = lazily(r"arn:aws[-a-z]*:iam::[0-9]{12}:role/.+"), "the ARN of an IAM role"
# Annotation of a ServiceAccount -> the form of its value, and what that is.
_FORMS = {
    "eks.amazonaws.com/role-arn": _ARN,
    "iam.gke.io/gcp-service-account": (
        lazily(r"[^@\s]+@[-a-z0-9.]+\.gserviceaccount\.com"),
        "the e-mail address of a Google service account",
    ),
    "azure.workload.identity/client-id": (
        lazily(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
        "the client ID of an Azure identity, a UUID",
    ),
}
_EXAMPLES = {
    "eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/payments",
    "iam.gke.io/gcp-service-account": "payments@my-project.iam.gserviceaccount.com",
    "azure.workload.identity/client-id": "00000000-0000-0000-0000-000000000002",
}


def find(app: App) -> Iterator[Finding]:
    for store in app.stores.values():
        for name, value, place in _identities(store):
            form, what = _FORMS[name]
            if not form.fullmatch(value):
                yield RULE.at(place, what=what, example=_EXAMPLES[name])


def _identities(store: Store) -> Iterator[tuple[str, str, Place]]:
    account = store.account
    if account and not account.existing:
        is_short = store.says(store.form, "serviceAccount", "identity")
        for name, value in account.annotations.items():
            if name in _FORMS:
                place = account.at / "annotations" / name
                is_written = store.says(store.form, "serviceAccount", "annotations", name)
                yield name, value, account.at / "identity" if is_short and not is_written else place
    role = store.settings.get("role")
    if store.provider_name == "aws" and isinstance(role, str):
        yield "eks.amazonaws.com/role-arn", role, store.settings_at / "role"


RULE = Rule(
    code="SK254",
    title="this is not {what}",
    why="the cloud would refuse the login, and the ServiceAccount shows nothing of it",
    fix="write {what}, such as `{example}`",
    source="EKS: IRSA; GKE: Workload Identity Federation; Azure: workload identity",
    find=find,
    wrong="""
        spec:
          stores:
            gcp:
              gcp:
                projectID: shop
                serviceAccount:
                  name: shop
                  identity: "arn:aws:iam::111122223333:role/shop"  # <- SK254
          secrets:
            db: {from: gcp, keys: {password: db#password}}
    """,
    right="""
        spec:
          stores:
            gcp:
              gcp:
                projectID: shop
                serviceAccount:
                  name: shop
                  identity: shop@shop.iam.gserviceaccount.com
          secrets:
            db: {from: gcp, keys: {password: db#password}}
    """,
)
