"""Kubernetes' own resources: what can be stored, by group, in any release since 1.28.

Source: k8s.io/kubernetes, pkg/controlplane and pkg/registry.
"""

from collections.abc import Mapping

from secretkit.model.control_plane import Kind

# Their resources stand in etcd without the group.
GROUPS: Mapping[str, str] = {
    "": "configmaps endpoints events limitranges namespaces nodes persistentvolumeclaims "
    "persistentvolumes pods podtemplates replicationcontrollers resourcequotas secrets "
    "serviceaccounts services",
    "admissionregistration.k8s.io": "mutatingadmissionpolicies mutatingadmissionpolicybindings "
    "mutatingwebhookconfigurations validatingadmissionpolicies validatingadmissionpolicybindings "
    "validatingwebhookconfigurations",
    "apps": "controllerrevisions daemonsets deployments replicasets statefulsets",
    "autoscaling": "horizontalpodautoscalers",
    "batch": "cronjobs jobs",
    "certificates.k8s.io": "certificatesigningrequests clustertrustbundles podcertificaterequests",
    "coordination.k8s.io": "leasecandidates leases",
    "discovery.k8s.io": "endpointslices",
    "flowcontrol.apiserver.k8s.io": "flowschemas prioritylevelconfigurations",
    "internal.apiserver.k8s.io": "storageversions",
    "lifecycle.k8s.io": "evictionrequests evictions",
    "networking.k8s.io": "clustercidrs ingressclasses ingresses ipaddresses networkpolicies "
    "servicecidrs",
    "node.k8s.io": "runtimeclasses",
    "policy": "poddisruptionbudgets",
    "rbac.authorization.k8s.io": "clusterrolebindings clusterroles rolebindings roles",
    "resource.k8s.io": "deviceclasses devicetaintrules podschedulingcontexts resourceclaimparameters "
    "resourceclaims resourceclaimtemplates resourceclasses resourceclassparameters "
    "resourcepoolstatusrequests resourceslices",
    "scheduling.k8s.io": "compositepodgroups podgroups priorityclasses workloads",
    "storage.k8s.io": "csidrivers csinodes csistoragecapacities storageclasses volumeattachments "
    "volumeattributesclasses",
    "storagemigration.k8s.io": "storageversionmigrations",
}
# Theirs are stored like custom resources, below the group.
OF_OTHER_SERVERS = frozenset(
    (
        Kind("apiextensions.k8s.io", "customresourcedefinitions"),
        Kind("apiregistration.k8s.io", "apiservices"),
    )
)

BUILTIN = OF_OTHER_SERVERS | frozenset(
    Kind(group, name) for group, names in GROUPS.items() for name in names.split()
)
