"""A real OpenID Connect provider in a process of its own, and somebody in between who changes what it says."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

Change = Callable[[dict[str, Any]], dict[str, Any]]


@contextmanager
def provider() -> Iterator[str]:
    """Run `oidc-provider-mock`, an OpenID provider made with Authlib; gives its issuer URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://localhost:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, "the provider ended"
            assert time.monotonic() < deadline, "the provider did not get ready"
            with suppress(httpx.TransportError):
                if httpx.get(f"{url}/.well-known/openid-configuration").status_code == 200:
                    break
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(10)


class Tampering:
    """Passes everything on to the provider; `change` and `sign` alter the ID token on its way back.

    Its key is among the provider's keys, as if the provider had signed: what is refused is refused for its claims.
    """

    def __init__(self, url: str) -> None:
        self.provider = url
        self.change: Change = lambda claims: claims
        self.algorithm = "RS256"
        self.metadata: dict[str, Any] = {}
        self.tokens = 0
        self.asked: dict[str, str] = {}
        self._key = RSAKey.generate_key(2048, {"kid": "between"}, private=True)

    @contextmanager
    def serving(self) -> Iterator[str]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._pass_on()

            def do_POST(self) -> None:
                self._pass_on()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

            def _pass_on(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path == "/oauth2/token":
                    outer.asked = dict(parse_qsl(content.decode()))
                answer = httpx.request(
                    self.command,
                    outer.provider + self.path,
                    content=content,
                    headers={k: v for k, v in self.headers.items() if k.lower() not in {"host", "content-length"}},
                )
                here = f"http://localhost:{self.server.server_address[1]}"
                body = outer.altered(self.path, answer, here)
                self.send_response(answer.status_code)
                for name in ("content-type", "location"):
                    if name in answer.headers:
                        self.send_header(name, answer.headers[name].replace(outer.provider, here))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://localhost:{server.server_address[1]}"
            server.shutdown()

    def altered(self, path: str, answer: httpx.Response, here: str) -> bytes:
        if path.endswith("/openid-configuration"):
            told = json.loads(answer.text.replace(self.provider, here))
            return json.dumps({**told, **self.metadata}).encode()
        if path.startswith("/jwks"):
            keys = answer.json()["keys"] + [self._key.as_dict(private=False)]
            return json.dumps({"keys": keys}).encode()
        if path.startswith("/oauth2/token") and answer.status_code == 200:
            self.tokens += 1
            told = answer.json()
            payload = told["id_token"].split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            told["id_token"] = self.signed(self.change({**claims, "iss": here}))
            return json.dumps(told).encode()
        return answer.content

    def signed(self, claims: dict[str, Any]) -> str:
        claims.pop("at_hash", None)
        if self.algorithm == "none":
            parts = (json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims))
            return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."
        if self.algorithm == "HS256":
            # By the provider's public key, which everybody has.
            key = OctKey.import_key(self._key.as_pem(private=False))
            return jwt.encode({"alg": "HS256", "kid": "between"}, claims, key)
        if self.algorithm == "foreign":
            return jwt.encode({"alg": "RS256", "kid": "between"}, claims, RSAKey.generate_key(2048, private=True))
        return jwt.encode({"alg": "RS256", "kid": "between"}, claims, self._key)
