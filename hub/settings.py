"""One frozen settings object: config/default.toml, overridden by the environment. Read once, in `Settings.load`."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from hub.redaction import STRUCK, hide, redact

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")

CONFIG = Path(__file__).resolve().parent.parent / "config"
SECRETS = frozenset({"metrics_token", "model_server_token", "oidc_client_secret", "vault_key", "vault_previous_keys"})
"""Settings that are secret as a whole; of the servers' addresses the passwords are."""
_ADDRESSES = frozenset({"database_url", "redis_url"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that can be set, explained in config/default.toml. `NAME` is overridden by `PAYPREDICT_NAME`.

    `database_url` and `redis_url` are also taken from DATABASE_URL and REDIS_URL; where they are empty the embedded
    servers under `data_dir` are used.
    """

    data_dir: Path
    database_url: str
    redis_url: str
    host: str
    port: int
    api_workers: int
    api_threads: int
    job_workers: int
    log_level: str
    log_format: str
    db_pool_size: int
    db_tenants_per_connection: int
    db_statement_timeout_ms: int
    max_upload_bytes: int
    rate_limit_per_minute: int
    rate_limit_per_minute_tenant: int
    rate_limit_per_minute_address: int
    sign_in_attempts_per_minute: int
    debtor_requests_per_minute: int
    metrics_token: str

    public_url: str
    trusted_proxies: int
    cors_origins: str

    local_sign_in: str
    session_idle_minutes: int
    session_days: int
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_audience: str
    oidc_scopes: str
    oidc_tenant_claim: str
    oidc_roles_claim: str

    vault_key: str
    vault_previous_keys: str
    vault_key_file: str
    vault_kms_key: str

    connector_apps_file: str
    private_hosts: str

    model_store: str
    model_server_url: str
    model_server_token: str
    model_server_max_bytes: int
    model_dir: str
    model_cache_bytes: int

    disputes_classifier: str
    disputes_classifier_config: str

    reminders_reconcile_after_seconds: int

    def __post_init__(self) -> None:
        # From here on, logs and whatever else is written down have them struck out.
        for name in SECRETS:
            for value in getattr(self, name).split(","):
                if not value.strip().startswith(("arn:", "alias/")):  # names of keys, which are kept elsewhere
                    hide(value.strip(), lasting=True)
        for name in _ADDRESSES:
            for password in _passwords(getattr(self, name)):
                hide(password, lasting=True)

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{item.name}={self._shown(item.name)}' for item in fields(self))})"

    def _shown(self, name: str) -> str:
        value = getattr(self, name)
        if name in SECRETS and value:
            return STRUCK
        return redact(repr(value)) if name in _ADDRESSES else repr(value)

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **overrides: Any) -> "Settings":
        """Settings from the defaults, then the environment, then `overrides`. Raises ValueError naming the field."""
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = tomllib.loads((CONFIG / "default.toml").read_text(encoding="utf-8"))
        for name in ("database_url", "redis_url"):
            if name.upper() in environ:
                values[name] = environ[name.upper()]
        for item in fields(cls):
            if (text := environ.get(f"PAYPREDICT_{item.name.upper()}")) is not None:
                values[item.name] = text
        values |= {name: value for name, value in overrides.items() if value is not None}
        if unknown := sorted(values.keys() - {item.name for item in fields(cls)}):
            raise ValueError(f"unknown setting {', '.join(unknown)}")
        for item in fields(cls):
            try:
                values[item.name] = _coerce(item.type, values[item.name])
            except (KeyError, ValueError) as error:
                raise ValueError(f"setting {item.name}: {error}") from error
        _origins(values["cors_origins"])
        return cls(**values)

    def is_private_host(self, host: str) -> bool:
        """Whether the operator lets tenants' webhooks and channels reach this host on a private network or loopback."""
        return host.lower().rstrip(".") in {each.strip().lower() for each in self.private_hosts.split(",")} - {""}

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins that `cors_origins` names."""
        return _origins(self.cors_origins)


def _origins(listed: str) -> tuple[str, ...]:
    origins = tuple(filter(None, (each.strip() for each in listed.split(","))))
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"setting cors_origins: {origin!r} is no origin; name each as https://host or https://host:port, "
                "in lower case, without a path, and never as *"
            )
    return origins


def _coerce(kind: Any, value: Any) -> Any:
    if kind is Path:
        return Path(value).expanduser().absolute()
    if kind is int:
        return int(value)
    return str(value)


def _passwords(address: str) -> tuple[str, ...]:
    """A server address's password as it is written there and as it is meant; also of one that is not quite right."""
    found = re.search(r"(?:^|[:/]+)[^:/@]*:([^/@][^@]*)@", address) or re.search(
        r"(?:^|[?&\s])password=([^&\s]+)", address
    )
    return (found[1], unquote(found[1])) if found else ()
