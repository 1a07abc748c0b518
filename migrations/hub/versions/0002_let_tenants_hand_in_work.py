"""Let tenants hand in work."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # The role is the cluster's, so another hub in the same cluster may have made it already.
    op.execute("""
        do $$ begin
            if not exists (select from pg_roles where rolname = 'paypredict_tenants') then
                create role paypredict_tenants nologin;
            end if;
            -- Large pages are staged in temporary tables.
            execute format('grant temporary on database %I to paypredict_tenants', current_database());
        end $$
    """)
    op.execute("alter table hub.work enable row level security")
    # Not 'tenant_' || tenant_key = current_user, for which no index on tenant_key would serve.
    op.execute("""
        create policy tenants_own on hub.work to paypredict_tenants
        using (tenant_key = substr(current_user::text, length('tenant_') + 1))
        with check (tenant_key = substr(current_user::text, length('tenant_') + 1))
    """)
    op.execute("grant usage on schema hub to paypredict_tenants")
    # They ask for work, and ask again; what becomes of it is for the hub to say.
    op.execute("""
        grant select, insert (tenant_key, kind, payload, dedupe_key, run_at), update (requests)
        on hub.work to paypredict_tenants
    """)
