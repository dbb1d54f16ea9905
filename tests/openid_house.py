"""A provider of OpenID Connect on this machine, which can be told to lie in every way."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT = "taller"
SECRET = "a secret between two houses, long enough"


@dataclass
class House:
    """What it says of the person, and what is wrong with how it says so."""

    issuer: str = ""
    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "42",
            "email": "ana@example.org",
            "email_verified": True,
            "name": "Ana Pérez",
        }
    )
    claims: dict[str, Any] = field(default_factory=dict)  # said instead of what is right
    metadata: dict[str, Any] = field(default_factory=dict)
    only_in_userinfo: bool = False
    userinfo_subject: str = ""
    signs_with: str = "RS256"
    status: int = 200
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signing_key: RSAKey | None = None  # another than it publishes
    asked: list[dict[str, str]] = field(default_factory=list)  # what came to the token endpoint
    nonces: dict[str, str] = field(default_factory=dict)  # by code

    def code_for(self, address: str) -> tuple[str, str]:
        """Somebody who came to ``address`` signs in here: what to go back with."""
        wanted = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.nonces)}"
        self.nonces[code] = wanted["nonce"]
        return code, wanted["state"]

    def answer(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
            } | self.metadata
        if path == "/keys":
            return dict(KeySet([self.key]).as_dict(private=False))
        if path == "/userinfo":
            return self.person | ({"sub": self.userinfo_subject} if self.userinfo_subject else {})
        self.asked.append(body)
        return {"access_token": "open", "token_type": "Bearer", "id_token": self._token(body)}

    def _token(self, body: dict[str, str]) -> str:
        about = {"sub": self.person["sub"]} if self.only_in_userinfo else self.person
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": int(time()),
            "exp": int(time()) + 300,
            "nonce": self.nonces.pop(body.get("code", ""), "unknown code"),
        }
        header = {"alg": self.signs_with, "kid": "one"}
        key: Any = self.signing_key or self.key
        if self.signs_with == "HS256":
            key = OctKey.import_key(SECRET)
        if self.signs_with == "none":
            return jwt.encode(
                header, claims | about | self.claims, OctKey.import_key(SECRET), ["none"]
            )
        return jwt.encode(header, claims | about | self.claims, key, [self.signs_with])


@contextmanager
def open_house() -> Iterator[House]:
    """A house that answers on loopback until the block ends."""
    house = House()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(house.answer(self.path, {}))

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(house.answer(self.path, {n: v[0] for n, v in parse_qs(text).items()}))

        def _say(self, what: dict[str, Any]) -> None:
            body = json.dumps(what).encode()
            self.send_response(house.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    house.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
