-- The audit: what was done, append-only and chained by hash, kept by the database and not by the program that writes it.
--
-- One chain per tenant, named by its key, and one of the installation. An event's hash covers its content and the hash
-- before it, so a changed, removed or moved row breaks the chain (`paypredict audit verify`). Run by a superuser, all of
-- it belongs to the role paypredict_audit, which nobody can become: the hub and its tenants may add and read, no more.
-- Run by the hub's own role, which then owns it, the triggers still refuse, but that role could take them off.
--
-- May be run again at any time, also to take over what the hub's own role has made:
--     psql --single-transaction --file migrations/audit.sql   (as a superuser, in the hub's database)

create schema if not exists audit;

create table if not exists audit.chains (
    chain text primary key,
    -- The newest event: a cut-off end does not match it.
    number bigint not null default 0,
    hash bytea not null default '\x',
    -- What retention has removed ends here.
    base_number bigint not null default 0,
    base_hash bytea not null default '\x',
    -- A tenant sees what came after it was made, not what a dropped one of the same key had left.
    shown_after bigint not null default 0,
    shown_hash bytea not null default '\x'
) with (fillfactor = 50);

create table if not exists audit.events (
    chain text not null,
    number bigint not null,
    at timestamptz not null,
    actor_kind text not null,
    actor_id text not null,
    actor_name text not null,
    action text not null,
    object_type text not null,
    object_id text not null,
    outcome text not null check (outcome in ('done', 'denied', 'failed')),
    before jsonb,
    after jsonb,
    address text,
    user_agent text,
    request_id text,
    previous_hash bytea not null,
    hash bytea not null,
    primary key (chain, number)
);
create index if not exists ix_events_at on audit.events (chain, at);
create index if not exists ix_events_actor on audit.events (chain, actor_id, number);
create index if not exists ix_events_action on audit.events (chain, action, number);
create index if not exists ix_events_object on audit.events (chain, object_id, number);

-- All of these functions set search_path, so that nothing is called by a name that somebody else made.
create or replace function audit.append() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    head audit.chains;
    field text;
    content text := '';
begin
    -- Held until the transaction ends: numbers are given in the order of commits, without gaps.
    select * into head from audit.chains c where c.chain = new.chain for update;
    if not found then
        insert into audit.chains (chain) values (new.chain) on conflict do nothing;
        select * into head from audit.chains c where c.chain = new.chain for update;
    end if;
    new.number := head.number + 1;
    new.at := clock_timestamp();
    new.previous_hash := head.hash;
    -- Each field with its length in bytes, so that no two rows have the same text; null is not the empty text.
    foreach field in array array[
        new.chain, new.number::text, (extract(epoch from new.at) * 1000000)::bigint::text,
        new.actor_kind, new.actor_id, new.actor_name, new.action, new.object_type, new.object_id, new.outcome,
        new.before::text, new.after::text, new.address, new.user_agent, new.request_id
    ] loop
        content := content || coalesce(octet_length(field) || ':' || field, '-') || ',';
    end loop;
    new.hash := sha256(new.previous_hash || convert_to(content, 'UTF8'));
    update audit.chains c set number = new.number, hash = new.hash where c.chain = new.chain;
    return new;
end
$$;

create or replace function audit.refuse() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Heads are moved by `append`, from inside its trigger; `prune` and `open` say that it is them. Whoever else says
    -- so still lacks the privileges, unless they own the audit, and could as well have taken the trigger off.
    if (tg_table_name = 'chains' and pg_trigger_depth() > 1) or current_setting('audit.inside', true) = 'on' then
        return null;
    end if;
    raise exception '% of audit.% is refused: the audit is only ever added to', lower(tg_op), tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

-- Remove what is older than an instant from the beginning of a chain; what stays goes on from base_hash. Returns how
-- many events it was.
create or replace function audit.prune(which text, older_than timestamptz) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    head audit.chains;
    through bigint;
    through_hash bytea;
    removed bigint;
begin
    if older_than is null or older_than > now() - interval '365 days' then
        raise exception 'the audit is kept for 365 days at least' using errcode = 'check_violation';
    end if;
    select * into head from audit.chains c where c.chain = which;
    if not found then
        return 0;
    end if;
    select coalesce(min(e.number), head.number + 1) - 1 into through
    from audit.events e where e.chain = which and e.at >= older_than;
    if through <= head.base_number then
        return 0;
    end if;
    set local audit.inside = 'on';
    select e.hash into through_hash from audit.events e where e.chain = which and e.number = through;
    delete from audit.events e where e.chain = which and e.number <= through;
    get diagnostics removed = row_count;
    -- Only now, so that nobody who adds to the chain waits for the above.
    select * into head from audit.chains c where c.chain = which for update;
    if removed = 0 or through <= head.base_number then
        set local audit.inside = 'off';
        return 0;  -- somebody else did it meanwhile
    end if;
    update audit.chains c set base_number = through, base_hash = through_hash where c.chain = which;
    insert into audit.events (chain, actor_kind, actor_id, actor_name, action, object_type, object_id, outcome, after)
    values (
        which, 'system', 'audit.prune', 'audit.prune', 'audit.pruned', 'audit', which, 'done',
        jsonb_build_object('older_than', older_than, 'through', through, 'removed', removed)
    );
    set local audit.inside = 'off';
    return removed;
end
$$;

-- A tenant is made: whatever its chain holds already is not for it to see.
create or replace function audit.open(which text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    set local audit.inside = 'on';
    insert into audit.chains as c (chain) values (which)
    on conflict (chain) do update set shown_after = c.number, shown_hash = c.hash;
    set local audit.inside = 'off';
end
$$;

create or replace trigger append before insert on audit.events for each row execute function audit.append();
create or replace trigger refuse before update or delete or truncate on audit.events
    for each statement execute function audit.refuse();
create or replace trigger refuse before insert or update or delete or truncate on audit.chains
    for each statement execute function audit.refuse();

alter table audit.events enable row level security;
alter table audit.chains enable row level security;

do $$
declare
    hub_role name;
begin
    select coalesce(
        (select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'hub'),
        (select pg_get_userbyid(datdba) from pg_database where datname = current_database())
    ) into hub_role;
    if not exists (select from pg_roles where rolname = 'paypredict_tenants') then
        raise exception 'the hub has not made its roles yet: start it once, then run this';
    end if;

    drop policy if exists tenants_own on audit.events;
    drop policy if exists tenants_own on audit.chains;
    drop policy if exists tenants_add on audit.events;
    drop policy if exists hubs_all on audit.events;
    drop policy if exists hubs_all on audit.chains;
    create policy tenants_own on audit.events for select to paypredict_tenants using (
        chain = substr(current_user::text, length('tenant_') + 1)
        and number > (
            select shown_after from audit.chains where chain = substr(current_user::text, length('tenant_') + 1)
        )
    );
    create policy tenants_add on audit.events for insert to paypredict_tenants
        with check (chain = substr(current_user::text, length('tenant_') + 1));
    create policy tenants_own on audit.chains for select to paypredict_tenants
        using (chain = substr(current_user::text, length('tenant_') + 1));
    execute format('create policy hubs_all on audit.events to %I using (true) with check (true)', hub_role);
    execute format('create policy hubs_all on audit.chains for select to %I using (true)', hub_role);

    if (select rolsuper from pg_roles where rolname = current_user) then
        if not exists (select from pg_roles where rolname = 'paypredict_audit') then
            create role paypredict_audit nologin noinherit;
        end if;
        alter schema audit owner to paypredict_audit;
        alter table audit.events owner to paypredict_audit;
        alter table audit.chains owner to paypredict_audit;
        alter function audit.append() owner to paypredict_audit;
        alter function audit.refuse() owner to paypredict_audit;
        alter function audit.prune(text, timestamptz) owner to paypredict_audit;
        alter function audit.open(text) owner to paypredict_audit;
        execute format('revoke all on schema audit from %I', hub_role);
        execute format('revoke all on audit.events, audit.chains from %I', hub_role);
    end if;

    revoke all on all functions in schema audit from public;
    execute format('grant execute on function audit.prune(text, timestamptz), audit.open(text) to %I', hub_role);
    execute format('grant usage on schema audit to %I, paypredict_tenants', hub_role);
    execute format('grant select on audit.events, audit.chains to %I, paypredict_tenants', hub_role);
    execute format(
        'grant insert (chain, actor_kind, actor_id, actor_name, action, object_type, object_id, outcome, before, after,'
        ' address, user_agent, request_id) on audit.events to %I, paypredict_tenants', hub_role
    );
end
$$;
