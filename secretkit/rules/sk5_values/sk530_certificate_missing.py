"""SK530: a certificate that the platform file names can be read."""

from secretkit.rules import Rule

RULE = Rule(
    code="SK530",
    title="the certificate `{cert}` {problem}",
    why="without it nothing can be sealed for this environment",
    fix="write it there with `kubeseal --fetch-cert`, or from the controller's `/v1/cert.pem`, and commit it: it "
    "is public; the path is relative to the platform file, and stays inside the repository",
    wrong="# not text: `sealing: {cert: certs/staging.pem}` where no such file lies beside platform.yaml",
)
