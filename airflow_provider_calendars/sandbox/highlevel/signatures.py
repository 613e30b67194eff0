"""How HighLevel signs its webhooks, with keys of the sandbox's own.

https://marketplace.gohighlevel.com/docs/webhook/WebhookIntegrationGuide
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

HEADER = "x-ghl-signature"
LEGACY_HEADER = "x-wh-signature"
_RSA_BITS = 2048


class Signer:
    """A pair of keys of each kind, made when it is first needed."""

    @property
    def public_key(self) -> str:
        """The Ed25519 key as the vendor publishes its own: SPKI in base64."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = self._ed25519.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(key).decode()

    @property
    def legacy_public_key(self) -> str:
        """The RSA key as the vendor publishes its own: PEM."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = self._rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return key.decode()

    def headers(self, content: bytes, how: str) -> dict[str, str]:
        """Sign what is sent.

        :param content: every byte of it.
        :param how: ``ed25519``, ``rsa`` or ``both``.
        """
        return {name: sign(self, content) for name, sign in _SIGNED[how].items()}

    def sign(self, content: bytes) -> str:
        """Sign with Ed25519.

        :param content: every byte of it.
        """
        return base64.b64encode(self._ed25519.sign(content)).decode()

    def sign_as_before(self, content: bytes) -> str:
        """Sign with RSA, as the vendor did before.

        :param content: every byte of it.
        """
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return base64.b64encode(self._rsa.sign(content, PKCS1v15(), SHA256())).decode()

    @cached_property
    def _ed25519(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.generate()

    @cached_property
    def _rsa(self) -> RSAPrivateKey:
        from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

        return generate_private_key(65537, _RSA_BITS)


_SIGNED: Mapping[str, Mapping[str, Callable[[Signer, bytes], str]]] = {
    "ed25519": {HEADER: Signer.sign},
    "rsa": {LEGACY_HEADER: Signer.sign_as_before},
    "both": {HEADER: Signer.sign, LEGACY_HEADER: Signer.sign_as_before},
}
