"""What can be named as a resource of an EncryptionConfiguration, and what is said of the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretkit.model.builtin import BUILTIN
from secretkit.model.encryptable import Unencryptable, unencryptable

_CORE = "the core group stores no such resource"
_APPS = "the group `apps` stores no such resource"
_LISTED = "write it as `kubectl api-resources -o name` does"


@pytest.mark.parametrize(
    "text",
    ["secrets", "secrets.", "*.", "*.*", "*.apps", "*.example.com", "widgets.example.com",
     "widget.example.com", "widgets.v1.example.com", "secrets.example.com"],
)  # fmt: skip
def test_a_builtin_resource_and_whatever_may_be_a_custom_one_can_be_named(text: str) -> None:
    assert unencryptable(text) is None


@pytest.mark.parametrize(
    ("text", "problem", "mend"),
    [
        pytest.param("secret", _CORE, "write `secrets`", id="a singular"),
        pytest.param("ingress.networking.k8s.io", "the group `networking.k8s.io` stores no such resource",
                     "write `ingresses.networking.k8s.io`", id="a singular that ends with s"),
        pytest.param("networkpolicy.networking.k8s.io", "the group `networking.k8s.io` stores no such resource",
                     "write `networkpolicies.networking.k8s.io`", id="a singular that ends with y"),
        pytest.param("deployment.apps", _APPS, "write `deployments.apps`", id="a singular of a group"),
        pytest.param("deployments", _CORE, "write `deployments.apps`", id="without its group"),
        pytest.param("secrets.apps", _APPS, "write `secrets`", id="in a group that it has not"),
        pytest.param("ingresses.apps", _APPS, "write `ingresses.networking.k8s.io`", id="in another group"),
        pytest.param("secretes", _CORE, "write `secrets`", id="a slip of the pen"),
        pytest.param("widgets.apps", _APPS, _LISTED, id="of a built-in group, and unknown"),
        pytest.param("cm", _CORE, _LISTED, id="a short name"),
        pytest.param("secrets.v1", "a version is no part of it", "write `secrets`", id="a version"),
        pytest.param("deployments.v1.apps", "a version is no part of it", "write `deployments.apps`",
                     id="a version before the group"),
        pytest.param("*.v1", "a version is no part of it", 'write `"*."`', id="a wildcard of a version"),
        pytest.param("*.v1.apps", "a version is no part of it", 'write `"*.apps"`',
                     id="a wildcard of a version before the group"),
        pytest.param("secrets.core", "Kubernetes has no such group", "write `secrets`", id="core"),
        pytest.param("leases.coordination", "Kubernetes has no such group",
                     "write `leases.coordination.k8s.io`", id="half of a group"),
        pytest.param("*.core", "Kubernetes has no such group", 'write `"*."` for the core group',
                     id="a wildcard of no group"),
    ],
)  # fmt: skip
def test_a_name_by_which_nothing_is_found_is_told_with_the_right_one(
    text: str, problem: str, mend: str
) -> None:
    assert unencryptable(text) == Unencryptable(problem, mend, is_refused=False)


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        pytest.param("Secret", "write `secrets`", id="a kind"),
        pytest.param("Secrets", "write `secrets`", id="a plural"),
        pytest.param("Deployment.apps", "write `deployments.apps`", id="a kind of a group"),
        pytest.param(
            "Widget.example.com", "write `widget.example.com`, in the plural", id="custom"
        ),
    ],
)
def test_capitals_are_refused_with_the_plural_where_it_is_known(text: str, mend: str) -> None:
    assert unencryptable(text) == Unencryptable("a resource has no capital letters", mend)


@given(st.sampled_from(sorted(BUILTIN)))
def test_every_resource_of_kubernetes_can_be_named(kind: object) -> None:
    assert unencryptable(str(kind)) is None
