-- Events: the log of what happened in a run, numbered without gaps in the order of commits.
-- Risk: none, new table only. Pair: publish_run_events.
set lock_timeout = '5s';

create table public.test_run_events (
  run_id uuid not null,
  first_seq bigint not null,
  last_seq bigint not null,
  organization_id uuid not null,
  run_date date not null,
  events jsonb not null,
  created_at timestamptz not null default now(),
  constraint test_run_events_pkey primary key (run_id, last_seq),
  constraint test_run_events_run_id_fkey foreign key (organization_id, run_id, run_date)
    references public.test_runs (organization_id, id, run_date) on delete cascade,
  constraint test_run_events_seq_check check (first_seq > 0 and last_seq >= first_seq),
  constraint test_run_events_events_check
    check (jsonb_typeof(events) = 'array' and pg_column_size(events) <= 16777216)
);
comment on table public.test_run_events is 'What happened in a run, one row per message that was announced.';
comment on column public.test_run_events.run_date is 'Date of the run (UTC), the partition key.';
comment on column public.test_run_events.first_seq is 'Number of the first event of the message.';
comment on column public.test_run_events.last_seq is 'Number of its last event.';
comment on column public.test_run_events.events is 'List of events as they were announced, in order of their seq.';
create index test_run_events_run_id_idx on public.test_run_events (organization_id, run_id, run_date);

alter table public.test_run_events enable row level security;
revoke all on table public.test_run_events from public, anon, authenticated, service_role;
grant select on table public.test_run_events to authenticated;
grant select, insert, update, delete on table public.test_run_events to service_role;

create policy test_run_events_select_member on public.test_run_events
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy test_run_events_select_member on public.test_run_events is 'Members read the events of the runs of their organizations.';
