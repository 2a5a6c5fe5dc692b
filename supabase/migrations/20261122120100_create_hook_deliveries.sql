-- Deliveries of hooks: what came in, and what came of it.
-- Risk: none, new table only. Pair: hook_delivery_functions.
set lock_timeout = '5s';

create table public.hook_deliveries (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null,
  project_id uuid not null,
  hook_id uuid not null,
  delivery_id text,
  fingerprint text,
  outcome text not null,
  problem_code text,
  problem_detail text,
  run_id uuid,
  run_request jsonb,
  headers jsonb not null default '{}',
  payload jsonb,
  payload_bytes integer not null default 0,
  received_at timestamptz not null default clock_timestamp(),
  constraint hook_deliveries_pkey primary key (id),
  constraint hook_deliveries_hook_id_fkey foreign key (organization_id, hook_id)
    references public.hooks (organization_id, id) on delete cascade,
  constraint hook_deliveries_project_id_fkey foreign key (organization_id, project_id)
    references public.projects (organization_id, id) on delete cascade,
  constraint hook_deliveries_run_id_fkey foreign key (run_id)
    references public.test_runs (id) on delete set null,
  constraint hook_deliveries_delivery_id_check check (char_length(delivery_id) between 1 and 255),
  constraint hook_deliveries_fingerprint_check check (fingerprint ~ '^[0-9a-f]{64}$'),
  constraint hook_deliveries_outcome_check
    check (outcome in ('accepted', 'duplicate', 'ignored', 'rejected', 'failed')),
  constraint hook_deliveries_problem_code_check check (char_length(problem_code) <= 100),
  constraint hook_deliveries_problem_detail_check check (char_length(problem_detail) <= 1000),
  constraint hook_deliveries_run_request_check
    check (jsonb_typeof(run_request) = 'object' and pg_column_size(run_request) <= 1048576),
  constraint hook_deliveries_headers_check
    check (jsonb_typeof(headers) = 'object' and pg_column_size(headers) <= 65536),
  constraint hook_deliveries_payload_check check (pg_column_size(payload) <= 131072),
  constraint hook_deliveries_payload_bytes_check check (payload_bytes >= 0)
);
comment on table public.hook_deliveries is 'What came in at a hook, secrets masked and cut to size, and what came of it; kept for 30 days.';
comment on column public.hook_deliveries.delivery_id is 'What the sender calls the delivery; null when it has no name.';
comment on column public.hook_deliveries.fingerprint is 'SHA-256 of what was signed, or of the body where nothing was.';
comment on column public.hook_deliveries.problem_code is 'Why it was rejected, ignored or failed.';
comment on column public.hook_deliveries.run_id is 'The run that it started, or that the delivery which it repeats started.';
comment on column public.hook_deliveries.run_request is 'The run as the mapping made it; what a redelivery starts again.';
comment on column public.hook_deliveries.headers is 'Headers of the request; those that sign or authorize are masked.';
comment on column public.hook_deliveries.payload is 'The body as JSON; null when it could not be read, or was not signed.';
comment on column public.hook_deliveries.payload_bytes is 'Size of the body as it came in.';

create unique index hook_deliveries_accepted_key
  on public.hook_deliveries (hook_id, delivery_id) where outcome = 'accepted';
comment on index public.hook_deliveries_accepted_key is 'An id starts one run. What was rejected or failed does not use it up.';
create index hook_deliveries_fingerprint_idx
  on public.hook_deliveries (hook_id, fingerprint, received_at) where outcome = 'accepted';
create index hook_deliveries_hook_id_idx
  on public.hook_deliveries (organization_id, hook_id, received_at desc, id desc);
comment on index public.hook_deliveries_hook_id_idx is 'Serves the log of a hook, page by page.';
create index hook_deliveries_project_id_idx on public.hook_deliveries (organization_id, project_id);
create index hook_deliveries_run_id_idx on public.hook_deliveries (run_id);
create index hook_deliveries_received_at_idx on public.hook_deliveries (received_at);
comment on index public.hook_deliveries_received_at_idx is 'Serves retention.';

alter table public.hook_deliveries enable row level security;
revoke all on table public.hook_deliveries from public, anon, authenticated, service_role;
grant select on table public.hook_deliveries to authenticated;
grant select, insert, update, delete on table public.hook_deliveries to service_role;

create policy hook_deliveries_select_member on public.hook_deliveries
  for select to authenticated
  using (organization_id = any (array(select private.my_orgs('viewer'))));
comment on policy hook_deliveries_select_member on public.hook_deliveries is 'Members read what came in at the hooks of their organizations.';

create policy hook_deliveries_within_project_of_token on public.hook_deliveries
  as restrictive for all to authenticated
  using (coalesce(project_id = (select private.my_token_project()), true));
comment on policy hook_deliveries_within_project_of_token on public.hook_deliveries is 'A token that is bound to a project sees and writes nothing of another one.';
