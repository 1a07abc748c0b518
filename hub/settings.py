"""One frozen settings object: config/default.toml, overridden by the environment. Read once, in `Settings.load`."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).resolve().parent.parent / "config"


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
        return cls(**values)


def _coerce(kind: Any, value: Any) -> Any:
    if kind is Path:
        return Path(value).expanduser().absolute()
    if kind is int:
        return int(value)
    return str(value)
