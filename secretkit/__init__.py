"""secretkit compiles one short `secrets.yaml` per app into its whole Kubernetes manifest set."""

__version__ = "0.1.0"
