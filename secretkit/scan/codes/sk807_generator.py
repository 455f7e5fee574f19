"""SK807: a literal of a kustomize generator."""

from secretkit.scan.codes import ScanCode

CODE = ScanCode(
    code="SK807",
    title="{subject} has `{key}` as a literal: {what}",
    why="kustomize makes a Secret of it, and the kustomization lies in Git",
    fix="rotate the value; let an ExternalSecret or a SealedSecret make the Secret, and list that"
    " under `resources`",
    file="kustomization.yaml",
    wrong="""\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
secretGenerator:
- name: db
  literals:
  - password=hunter2  # <- SK807
""",
    right="""\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [external-secret.yaml]
""",
)
