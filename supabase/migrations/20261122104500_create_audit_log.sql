-- Audit log: who changed what; append-only for everybody.
-- Risk: none, new table only. Pair: audit_catalogue.
set lock_timeout = '5s';

create table public.audit_log (
  id bigint generated always as identity,
  organization_id uuid not null,
  actor_id uuid,
  actor_role text not null,
  service_action text,
  action text not null,
  entity_type text not null,
  entity_id uuid,
  old_value jsonb,
  new_value jsonb,
  created_at timestamptz not null default now(),
  constraint audit_log_pkey primary key (id),
  constraint audit_log_action_check check (action in ('create', 'update', 'delete', 'resolve_secrets', 'rotate_secrets')),
  constraint audit_log_service_action_check check (char_length(service_action) <= 200),
  constraint audit_log_actor_role_check check (char_length(actor_role) <= 100),
  constraint audit_log_value_check
    check (pg_column_size(old_value) <= 16777216 and pg_column_size(new_value) <= 16777216),
  constraint audit_log_entity_type_check check (char_length(entity_type) <= 100)
);
comment on table public.audit_log is 'Who changed what and when. No foreign keys: entries outlive what they tell of.';
comment on column public.audit_log.id is 'Grows with time; gaps mean nothing.';
comment on column public.audit_log.new_value is 'Changed columns only, secrets masked.';
comment on column public.audit_log.actor_id is 'The person, also when the service acted for them; null when it acted by itself.';
comment on column public.audit_log.service_action is
  'What the service did, or the request it sent; null when a person wrote directly.';
comment on column public.audit_log.old_value is 'Changed columns only, secrets masked.';
create index audit_log_organization_id_created_at_idx
  on public.audit_log (organization_id, created_at desc, id desc);
create index audit_log_entity_id_idx on public.audit_log (organization_id, entity_id);

alter table public.audit_log enable row level security;
revoke all on table public.audit_log from public, anon, authenticated, service_role;
grant select on table public.audit_log to authenticated;
grant select on table public.audit_log to service_role;

create policy audit_log_select_admin on public.audit_log
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy audit_log_select_admin on public.audit_log is 'Admins read the audit log of their organizations.';

create function private.refuse_audit_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise insufficient_privilege using message = 'the audit log is append-only';
end;
$$;
comment on function private.refuse_audit_change() is
  'Refuses every change of what was logged.';
revoke execute on function private.refuse_audit_change() from public, anon, authenticated, service_role;

create trigger audit_log_append_only
  before update or delete or truncate on public.audit_log
  for each statement execute function private.refuse_audit_change();
comment on trigger audit_log_append_only on public.audit_log is 'What was logged stays as it is.';
-- Also for sessions that replay changes and switch ordinary triggers off.
alter table public.audit_log enable always trigger audit_log_append_only;

create function private.begin_service_action(action text, acting_user_id uuid default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform set_config('atp.service_action', action, true);
  perform set_config('atp.acting_user_id', coalesce(acting_user_id::text, ''), true);
end;
$$;
comment on function private.begin_service_action(text, uuid) is
  'Until the end of the transaction, what is logged names this action, and the person whom it serves.';
revoke execute on function private.begin_service_action(text, uuid) from public, anon, authenticated, service_role;
grant execute on function private.begin_service_action(text, uuid) to service_role;

create function private.name_service_action()
returns text
language sql
stable
set search_path = ''
as $$
  select case when (select auth.uid()) is null then left(coalesce(
    nullif(current_setting('atp.service_action', true), ''),
    nullif(concat_ws(' ', current_setting('request.method', true), current_setting('request.path', true)), '')
  ), 200) end
$$;
comment on function private.name_service_action() is
  'What the service does at the moment: as it said itself, or else the request that it sent; null for a person.';
revoke execute on function private.name_service_action() from public, anon, authenticated, service_role;

create function private.write_audit_entry(organization_id uuid, action text, entity_type text, entity_id uuid, old_value jsonb, new_value jsonb)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into public.audit_log (
    organization_id, actor_id, actor_role, service_action, action, entity_type, entity_id, old_value, new_value
  )
  values (
    organization_id,
    coalesce((select auth.uid()), nullif(current_setting('atp.acting_user_id', true), '')::uuid),
    coalesce((select auth.role()), session_user), private.name_service_action(), action, entity_type,
    entity_id, old_value, new_value
  )
$$;
comment on function private.write_audit_entry(uuid, text, text, uuid, jsonb, jsonb) is
  'Definer: nobody may write the log directly.';
revoke execute on function private.write_audit_entry(uuid, text, text, uuid, jsonb, jsonb) from public, anon, authenticated, service_role;
