-- Retention policies: how long each organization keeps what its runs leave behind.
-- Risk: none, new table only. Pair: retire_expired_rows.
set lock_timeout = '5s';

create table public.retention_policies (
  organization_id uuid not null,
  passed_result_days integer not null default 90,
  failed_result_days integer not null default 180,
  history_days integer not null default 365,
  metric_days integer not null default 730,
  event_days integer not null default 90,
  context_hours integer not null default 24,
  archive_required boolean not null default false,
  archived_until date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint retention_policies_pkey primary key (organization_id),
  constraint retention_policies_organization_id_fkey foreign key (organization_id)
    references public.organizations (id) on delete cascade,
  constraint retention_policies_days_check check (
    passed_result_days between 1 and 3650 and failed_result_days between 1 and 3650
    and history_days between 1 and 3650 and metric_days between 1 and 3650 and event_days between 1 and 3650
  ),
  constraint retention_policies_context_hours_check check (context_hours between 1 and 720)
);
comment on table public.retention_policies is 'How long an organization keeps what its runs leave behind; every organization has a row.';
comment on column public.retention_policies.passed_result_days is 'Passed and skipped results, with their evidence.';
comment on column public.retention_policies.failed_result_days is 'Failed results and errors, with their evidence.';
comment on column public.retention_policies.metric_days is 'Daily metrics; older ones are merged by month.';
comment on column public.retention_policies.event_days is 'The log from which the events of an ended run are replayed.';
comment on column public.retention_policies.archive_required is
  'Results and history are deleted only once they are archived, see archived_until.';
comment on column public.retention_policies.archived_until is
  'Set by whoever archives, after the copy is verified: everything of the days before this one is safe elsewhere.';

alter table public.retention_policies enable row level security;
revoke all on table public.retention_policies from public, anon, authenticated, service_role;
grant select on table public.retention_policies to authenticated;
grant update (
  passed_result_days, failed_result_days, history_days, metric_days, event_days, context_hours, archive_required
) on table public.retention_policies to authenticated;
grant select, update on table public.retention_policies to service_role;

create policy retention_policies_select_member on public.retention_policies
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy retention_policies_select_member on public.retention_policies is 'Members read the retention of their organizations.';

create policy retention_policies_update_admin on public.retention_policies
  for update to authenticated
  using (organization_id = any (array(select private.my_orgs('admin'))))
  with check (organization_id = any (array(select private.my_orgs('admin'))));
comment on policy retention_policies_update_admin on public.retention_policies is 'Admins change the retention of their organizations.';

create trigger retention_policies_set_updated_at
  before update on public.retention_policies
  for each row execute function private.set_updated_at();
comment on trigger retention_policies_set_updated_at on public.retention_policies is 'Keeps updated_at current.';

create trigger retention_policies_audit
  after insert or update or delete on public.retention_policies
  for each row execute function private.audit_change();
comment on trigger retention_policies_audit on public.retention_policies is 'Logs every change.';

create function private.create_retention_policy()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.retention_policies (organization_id) values (new.id);
  return null;
end;
$$;
comment on function private.create_retention_policy() is
  'Definer: users change policies and make none.';
revoke execute on function private.create_retention_policy() from public, anon, authenticated, service_role;

create trigger organizations_create_retention_policy
  after insert on public.organizations
  for each row execute function private.create_retention_policy();
comment on trigger organizations_create_retention_policy on public.organizations is 'Gives every organization the default retention.';

insert into public.retention_policies (organization_id)
select organization.id from public.organizations as organization;
