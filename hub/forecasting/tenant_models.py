"""The registries of all tenants as a model server's source: by tenant and model id, else the tenant's champion."""

from functools import partial
from uuid import UUID

from sqlalchemy import select, text

from hub.errors import InvalidError, NotFoundError
from hub.forecasting.model_store import ModelFile, ModelStore
from hub.forecasting.models import forecast_models
from hub.forecasting.shelf import Found, model_id
from hub.forecasting.succession import is_champion
from hub.storage.session import TENANT_KEY, Storage


class TenantModels:
    """Asks the registry for each question, so that what a tenant has let go of is not served from memory."""

    def __init__(self, storage: Storage, store: ModelStore) -> None:
        self._storage = storage
        self._store = store

    def find(self, tenant: str, model: str) -> Found:
        """The model of that id in the tenant's registry; without an id, its champion."""
        if not tenant:
            raise InvalidError("Name the `tenant` whose model is to answer.")
        if not TENANT_KEY.fullmatch(tenant):
            raise NotFoundError("There is no such tenant.")
        table = forecast_models
        wanted = table.c.id == model_id(model) if model else is_champion("forecast")
        query = select(table.c.id, table.c.sha256).where(wanted, table.c.task == "forecast")
        with self._storage.tenant(tenant) as session:
            row = session.execute(query).one_or_none()
        if row is None or row.sha256 is None:
            raise NotFoundError(f"The tenant has no model {model!r}." if model else "The tenant has no trained model.")
        return Found((tenant, row.id, row.sha256), str(row.id), partial(self.read, tenant, row.id))

    def check(self) -> None:
        """Whether the database answers."""
        with self._storage.hub() as session:
            session.execute(text("select 1"))

    def read(self, tenant: str, model: UUID) -> bytes:
        """The bytes of a model's file. Raises NotFoundError, and CorruptModelError unless they are as stored."""
        table = forecast_models
        query = select(table.c.artifact, table.c.file, table.c.sha256, table.c.size).where(table.c.id == model)
        with self._storage.tenant(tenant) as session:
            row = session.execute(query).one_or_none()
        if row is None:
            raise NotFoundError(f"The tenant has no model {model}.")
        return self._store.get(ModelFile(row.file, row.artifact, row.sha256, row.size))
