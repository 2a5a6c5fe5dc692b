-- Events of projects: what happens in all runs of a project, numbered without gaps of its own.
-- Risk: none, new tables only. Pair: publish_project_events.
--
-- Why a second log: a viewer of a project resumes after one number. The numbers of its runs cannot serve: each run has its
-- own, and a new run would show in none of them. A log is read, resumed and retired as the one of a run is.
set lock_timeout = '5s';

create table public.project_streams (
  project_id uuid not null,
  organization_id uuid not null,
  event_seq bigint not null,
  constraint project_streams_pkey primary key (project_id),
  constraint project_streams_project_id_fkey foreign key (organization_id, project_id)
    references public.projects (organization_id, id) on delete cascade,
  constraint project_streams_event_seq_check check (event_seq > 0)
);
comment on table public.project_streams is
  'How far the events of a project are numbered. Beside projects: each event updates it, and no edit of the project waits.';
comment on column public.project_streams.event_seq is 'Number of the last event; grows without gaps in the order of commits.';
create index project_streams_project_id_idx on public.project_streams (organization_id, project_id);

alter table public.project_streams enable row level security;
revoke all on table public.project_streams from public, anon, authenticated, service_role;
grant select on table public.project_streams to authenticated;
grant select, insert, update, delete on table public.project_streams to service_role;

create policy project_streams_select_member on public.project_streams
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy project_streams_select_member on public.project_streams is 'Members read how far their projects are numbered.';

create table public.project_events (
  project_id uuid not null,
  first_seq bigint not null,
  last_seq bigint not null,
  organization_id uuid not null,
  request_id uuid,
  events jsonb not null,
  created_at timestamptz not null default now(),
  constraint project_events_pkey primary key (project_id, last_seq),
  constraint project_events_project_id_fkey foreign key (organization_id, project_id)
    references public.projects (organization_id, id) on delete cascade,
  constraint project_events_project_id_request_id_key unique (project_id, request_id),
  constraint project_events_seq_check check (first_seq > 0 and last_seq >= first_seq),
  constraint project_events_events_check
    check (jsonb_typeof(events) = 'array' and pg_column_size(events) <= 16777216)
);
comment on table public.project_events is 'What happened in a project, one row per message that was announced.';
comment on column public.project_events.first_seq is 'Number of the first event of the message.';
comment on column public.project_events.last_seq is 'Number of its last event.';
comment on column public.project_events.request_id is 'Set by whoever notifies, so that a repeated request publishes nothing.';
comment on column public.project_events.events is 'List of events as they were announced, in order of their seq.';
create index project_events_created_at_idx on public.project_events (organization_id, project_id, created_at);
comment on index public.project_events_created_at_idx is 'Serves retention, which takes the oldest first.';

alter table public.project_events enable row level security;
revoke all on table public.project_events from public, anon, authenticated, service_role;
grant select on table public.project_events to authenticated;
grant select, insert, update, delete on table public.project_events to service_role;

create policy project_events_select_member on public.project_events
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy project_events_select_member on public.project_events is 'Members read the events of the projects of their organizations.';
