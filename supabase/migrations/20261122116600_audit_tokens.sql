-- The audit log tells with which API token something was done, besides for whom.
-- Risk: none, a new column that is null for everything so far.
set lock_timeout = '5s';

alter table public.audit_log add column api_token_id uuid;
comment on column public.audit_log.api_token_id is 'The API token with which a machine acted for the person; null for the person.';

create or replace function private.write_audit_entry(organization_id uuid, action text, entity_type text, entity_id uuid, old_value jsonb, new_value jsonb)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into public.audit_log (
    organization_id, actor_id, api_token_id, actor_role, service_action, action, entity_type, entity_id, old_value, new_value
  )
  values (
    organization_id,
    coalesce((select auth.uid()), nullif(current_setting('atp.acting_user_id', true), '')::uuid),
    private.my_token_id(),
    coalesce((select auth.role()), session_user), private.name_service_action(), action, entity_type,
    entity_id, old_value, new_value
  )
$$;
