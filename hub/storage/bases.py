"""The two sets of tables: `hub` shared by all tenants, and the tables that every tenant's schema holds.

Tenant tables carry no schema name and no tenant id: the session's search_path and role decide whose they are.
"""

from sqlalchemy import MetaData

_NAMING = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

HUB_SCHEMA = "hub"
TENANTS_ROLE = "paypredict_tenants"
"""A NOLOGIN role that every tenant's role is a member of: holds what all tenants may do in the hub's schema."""

hub_metadata = MetaData(schema=HUB_SCHEMA, naming_convention=_NAMING)
tenant_metadata = MetaData(naming_convention=_NAMING)
