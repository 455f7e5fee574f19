"""A stand-in for Vault: it keeps what is sent to it, and seals nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple


class Vault(NamedTuple):
    """A server that speaks enough of Vault's transit engine, and what it was asked with which token."""

    address: str
    asked: list[tuple[str, str]]


@contextmanager
def serving() -> Iterator[Vault]:
    """A server of one's own, while the block runs."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((self.path, self.headers.get("X-Vault-Token", "")))
            data = (
                {"ciphertext": "vault:v1:" + body["plaintext"]} if "plaintext" in body
                else {"plaintext": body["ciphertext"].removeprefix("vault:v1:")}
            )  # fmt: skip
            answer = json.dumps({"data": data}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Vault(f"http://127.0.0.1:{server.server_port}", asked)
        server.shutdown()
