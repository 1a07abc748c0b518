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
    op.execute("""
        create policy tenants_see_their_own on hub.work for select to paypredict_tenants
        using (tenant_key = substr(current_user::text, length('tenant_') + 1))
    """)
    op.execute("""
        create policy tenants_hand_in_their_own on hub.work for insert to paypredict_tenants
        with check (tenant_key = substr(current_user::text, length('tenant_') + 1))
    """)
    op.execute("grant usage on schema hub to paypredict_tenants")
    op.execute("grant select, insert on hub.work to paypredict_tenants")
