"""A passkey made of software: it answers as a browser with a device would (WebAuthn Level 3)."""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

PRESENT, VERIFIED, NEW_KEY = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    origin: str = "http://testserver"
    site: str = "testserver"
    name: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    uses: int = 0
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def made(self, options: str) -> str:
        """The answer to `navigator.credentials.create()`."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        of_key = bytes(16) + struct.pack(">H", len(self.name)) + self.name + encode_cbor(cose)
        attested = {"fmt": "none", "attStmt": {}, "authData": self._data(NEW_KEY) + of_key}
        return self._answer(
            self._client_data("webauthn.create", options),
            attestationObject=bytes_to_base64url(encode_cbor(attested)),
        )

    def signed(self, options: str) -> str:
        """The answer to `navigator.credentials.get()`."""
        self.uses += 1
        data, client = self._data(), self._client_data("webauthn.get", options)
        message = data + hashlib.sha256(client).digest()
        return self._answer(
            client,
            authenticatorData=bytes_to_base64url(data),
            signature=bytes_to_base64url(self.key.sign(message, ec.ECDSA(SHA256()))),
        )

    def _client_data(self, kind: str, options: str) -> bytes:
        challenge = json.loads(options)["challenge"]
        assert base64url_to_bytes(challenge)
        about = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(about).encode()

    def _data(self, more: int = 0) -> bytes:
        site = hashlib.sha256(self.site.encode()).digest()
        return site + struct.pack(">BI", PRESENT | VERIFIED | more, self.uses)

    def _answer(self, client: bytes, **response: Any) -> str:
        name = bytes_to_base64url(self.name)
        response["clientDataJSON"] = bytes_to_base64url(client)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
