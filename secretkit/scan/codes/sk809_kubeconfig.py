"""SK809: a login to a cluster."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK809",
    title="{subject} holds `{key}`: {what}",
    why="it opens the cluster to everyone who reads the repository",
    fix="revoke the login at the cluster; keep kubeconfigs out of Git, and let people and CI log "
    "in by OIDC or an exec plugin",
    file="kubeconfig.yaml",
    wrong="""\
apiVersion: v1
kind: Config
clusters:
- name: prod
  cluster: {server: "https://prod.example.com"}
users:
- name: admin
  user:
    token: hunter2  # <- SK809
""",
    right="""\
apiVersion: v1
kind: Config
clusters:
- name: prod
  cluster: {server: "https://prod.example.com"}
users:
- name: admin
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: kubelogin, args: [get-token]}
""",
)
