"""A server that answers as a test tells it, to the byte, over plain sockets or TLS. It knows three names, one ticket."""

import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from desk.case.effects import Requester
from integrations.zendesk.client import ZendeskTickets
from integrations.zendesk.sign_in import ApiToken

PLACEHOLDER = Requester(email="desk@mrd.example", name="Desk")
JSON = {"Content-Type": "application/json; charset=utf-8"}
TICKET = {
    "id": 7,
    "status": "open",
    "group_id": 12,
    "ticket_form_id": 1,
    "updated_at": "2026-11-22T06:30:00Z",
}
NAMES: dict[str, list[dict[str, Any]]] = {
    "ticket_forms": [{"id": 1, "name": "Customer Query", "active": True}],
    "groups": [
        {"id": 12, "name": "CS Data Compliance"},
        {"id": 13, "name": "Food Management Group"},
    ],
    "ticket_fields": [],
}


@dataclass
class Answer:
    """What the scripted server says; `cut` closes the connection instead."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))
    cut: bool = False


@dataclass
class Asked:
    """What the server was asked, to the byte."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]


def as_json(body: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(body).encode())


def usual(asked: Asked) -> Answer:
    """Answer as an account with three names and one ticket."""
    for name, rows in NAMES.items():
        if asked.path.startswith(f"/api/v2/{name}"):
            return as_json({name: rows, "next_page": None, "count": len(rows)})
    if "/comments" in asked.path:
        return as_json({"comments": [], "next_page": None, "count": 0})
    if "external_id" in asked.path:
        return as_json({"tickets": [], "next_page": None, "count": 0})
    return as_json({"ticket": TICKET}, 201 if asked.method == "POST" else 200)


class Scripted:
    """A server that answers as it is told and remembers every byte."""

    def __init__(self, url: str, client: ZendeskTickets) -> None:
        self.url, self.client = url, client
        self.asked: list[Asked] = []
        self.script: Callable[[Asked], Answer] = usual

    def instead(self, method: str, answer: Answer, path: str = "") -> None:
        """Answer calls of one kind in another way."""
        self.script = lambda asked: answer if (asked.method, path in asked.path) == (method, True) else usual(asked)

    def calls(self, method: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == method]


@contextmanager
def serve(tls: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    scripted = Scripted(url, ZendeskTickets(url, ApiToken("bot@mrd.example", "token"), PLACEHOLDER, (1.0, 2.0)))
    server.RequestHandlerClass = handler(scripted)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield scripted
    finally:
        scripted.client.close()
        server.shutdown()
        thread.join()
        server.server_close()


def handler(scripted: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.path, body, dict(self.headers))
            scripted.asked.append(asked)
            said = scripted.script(asked)
            self.close_connection = True
            if not said.cut:
                self.say(said)

        def say(self, said: Answer) -> None:
            self.send_response_only(said.status)
            for name, value in {"Content-Length": str(len(said.body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = do_PUT = answer  # noqa: N815 - the names http.server looks for

    return Handler


def certificate(folder: Path) -> Path:
    """Write a key and a certificate of our own for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(hours=1))
    signed = made.add_extension(here, critical=False).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = folder / "server.pem"
    chain.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return chain
