"""Master keys: each wraps the tenants' data keys and is itself kept outside the database.

From the environment, from a file, or in AWS KMS, which never lets it out. Former ones go on opening what they wrapped.
"""

import base64
import binascii
import logging
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from hub import redaction
from hub.errors import HubError
from hub.settings import Settings

log = logging.getLogger(__name__)

KEY_BYTES = 32
NONCE_BYTES = 12
DEFAULT_FILE = "vault.key"
_HOW_TO_MAKE = "make one with `openssl rand -base64 32`"


class VaultError(HubError):
    """A secret, a data key or the master key cannot be used as it is; says which and what to do, not what it holds."""

    code, title = "vault", "The vault cannot be used"


class MasterKey(Protocol):
    """What wraps data keys. `context` is bound to what is wrapped: only with the same one is it opened again."""

    @property
    def id(self) -> str:
        """Tells this key from all others, and nothing about it."""

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        """`plain`, sealed. Raises VaultError."""

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """What was wrapped. Raises VaultError where the key, the context or the bytes are others."""


class LocalKey:
    """A key of 32 bytes that this process holds: AES-256-GCM."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.id = f"local:{sha256(b'paypredict master key ' + key).hexdigest()[:16]}"

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        """Nonce and ciphertext."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed: bytes = self._cipher.encrypt(nonce, plain, encode(*_flat(context)))
        return nonce + sealed

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """See MasterKey."""
        from cryptography.exceptions import InvalidTag

        try:
            nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
            plain: bytes = self._cipher.decrypt(nonce, sealed, encode(*_flat(context)))
        except (InvalidTag, ValueError) as error:
            raise VaultError(f"A data key was not wrapped by the master key {self.id} for this purpose.") from error
        return plain

    @cached_property
    def _cipher(self) -> Any:
        # Late: most processes never open a secret.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._key)


class KmsKey:
    """A key in AWS KMS, by ARN or alias; credentials and region are found as boto3 always finds them."""

    def __init__(self, name: str) -> None:
        self._name = name

    @cached_property
    def id(self) -> str:
        """By ARN, so that an alias that is moved to another key is another master key."""
        described = self._call("describe_key", KeyId=self._name)["KeyMetadata"]
        if described["KeyState"] != "Enabled":
            raise VaultError(f"The key {self._name} in AWS KMS is {described['KeyState']}; enable it.")
        return f"kms:{described['Arn']}"

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        """See MasterKey; `context` is KMS's encryption context, and so in the key's log in CloudTrail."""
        arn = self.id.removeprefix("kms:")
        wrapped: bytes = self._call("encrypt", KeyId=arn, Plaintext=plain, EncryptionContext=dict(context))[
            "CiphertextBlob"
        ]
        return wrapped

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """See MasterKey. The key is named, so that bytes wrapped by a stranger's key are refused."""
        arn = self.id.removeprefix("kms:")
        plain: bytes = self._call("decrypt", KeyId=arn, CiphertextBlob=wrapped, EncryptionContext=dict(context))[
            "Plaintext"
        ]
        return plain

    def _call(self, operation: str, **arguments: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(self._client, operation)(**arguments)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "an error")
            raise VaultError(f"AWS KMS refuses {operation} with the key {self._name}: {code}.") from error
        except BotoCoreError as error:
            raise VaultError(f"AWS KMS cannot be asked to {operation} with the key {self._name}: {error}") from error

    @cached_property
    def _client(self) -> Any:
        import boto3
        from botocore.config import Config

        region = self._name.split(":")[3] if self._name.startswith("arn:") else None
        patience = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "max_attempts": 3})
        return boto3.client("kms", region_name=region, config=patience)


def load(settings: Settings, *, may_make: Callable[[], bool]) -> tuple[MasterKey, ...]:
    """The master key that the settings name, and after it the former ones. Raises VaultError, naming the setting.

    Where none is named it is in vault.key under data_dir, which is made if it is not there and `may_make` agrees.
    """
    return (_current(settings, may_make), *_former(settings))


def check(settings: Settings) -> None:
    """Raises VaultError where the settings of the vault cannot be right; asks nobody and makes nothing."""
    _former(settings)
    if _given(settings):
        _current(settings, may_make=lambda: False)


def encode(*parts: bytes) -> bytes:
    """The parts as one string of bytes that no other parts make: each with its length before it."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _flat(context: Mapping[str, str]) -> list[bytes]:
    return [part.encode() for pair in sorted(context.items()) for part in pair]


def _given(settings: Settings) -> list[str]:
    return [name for name in ("vault_key", "vault_key_file", "vault_kms_key") if getattr(settings, name)]


def _current(settings: Settings, may_make: Callable[[], bool]) -> MasterKey:
    if len(given := _given(settings)) > 1:
        raise VaultError(f"The settings {' and '.join(given)} name different master keys; keep one of them.")
    if settings.vault_kms_key:
        return _kms(settings.vault_kms_key)
    if settings.vault_key:
        return _local(settings.vault_key, "setting vault_key")
    if settings.vault_key_file:
        return _read(Path(settings.vault_key_file).expanduser())
    path = settings.data_dir / DEFAULT_FILE
    if not path.exists():
        if not may_make():
            raise VaultError(
                f"{path} is missing, and the database has keys that a master key wrapped. Put the file of the machine"
                " that made them here, or name the master key by vault_key, vault_key_file or vault_kms_key."
            )
        _make(path)
    if _is_shared(settings):
        log.warning(
            "the vault's master key is the file %s: give every machine that uses this database the same, or set"
            " vault_key, vault_key_file or vault_kms_key",
            path,
        )
    return _read(path)


def _former(settings: Settings) -> list[MasterKey]:
    names = [name for each in settings.vault_previous_keys.split(",") if (name := each.strip())]
    return [
        _kms(name) if name.startswith(("arn:", "alias/")) else _local(name, "setting vault_previous_keys")
        for name in names
    ]


def _is_shared(settings: Settings) -> bool:
    """Whether the database is another than the embedded one beside the default file, so that others may use it too."""
    from hub.storage.embedded import running  # late: only where the default file is used

    try:
        found = running(settings.data_dir)
    except HubError:
        return False  # it is just starting or stopping
    return found is None or found.database_url != settings.database_url


def _kms(name: str) -> MasterKey:
    # To be said now rather than at the first secret.
    if find_spec("boto3") is None:
        raise VaultError("A master key in AWS KMS needs AWS's library: pip install 'paypredict[aws]'")
    return KmsKey(name)


def _local(text: str, where: str) -> LocalKey:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        # Without a cause: it might show the key.
        raise VaultError(f"The {where} must be {KEY_BYTES} bytes in base64; {_HOW_TO_MAKE}.") from None
    return LocalKey(key)


def _read(path: Path) -> LocalKey:
    try:
        with path.open(encoding="ascii") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(1000)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise VaultError(f"The master key's file {path} cannot be read: {reason}.") from None
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise VaultError(f"The master key's file {path} is open to others; `chmod 600 {path}`, and consider it known.")
    redaction.hide(text.strip(), lasting=True)
    return _local(text, f"file {path}")


def _make(path: Path) -> None:
    """Write a new key, readable by its owner alone; whoever is first wins, and what is there is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(descriptor)
        os.link(unfinished, path)
        log.warning("made the vault's master key %s; keep a copy of it, without it no stored secret opens", path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
