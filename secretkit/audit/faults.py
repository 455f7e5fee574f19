"""SK459: what can be said of the audit log only where its Policy is ours to write."""

from secretkit.finding import Code

MANAGED = Code(
    code="SK459",
    title="on {provider} no audit Policy is ours to write, so no rule of one decides",
    why="{alternative}",
    fix="ask the cloud's log with `secretkit audit queries --for {provider}`, or name a Policy with `--policy FILE`",
    wrong="# not text: `audit explain` where the target's `provider` is eks, gke, aks or openshift",
)

CODES = (MANAGED,)

# What each logs, since its own Policy is fixed.
ALTERNATIVES = {
    "eks": "AWS writes the Policy; with the log type `audit` enabled, CloudWatch has who read and who was "
    "refused, and no bodies of Secrets",
    "gke": "Google writes the Policy: writes are in the Admin Activity log always, reads of Secrets in the "
    "Data Access log once that is enabled for the Kubernetes Engine API",
    "aks": "Azure writes the Policy; the diagnostic category `kube-audit` has reads of Secrets, and "
    "`kube-audit-admin` omits every get and list",
    "openshift": "its operator writes the Policy after `spec.audit.profile` of `APIServer/cluster`; in every "
    "profile but None, Secrets are logged at Metadata",
}
