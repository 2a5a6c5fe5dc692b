-- Response specifications: stored bodies to compare with, places to leave out, and bodies that match a pattern.
-- Risk: a short exclusive lock on test_response_specs, whose rows the checks read once.
set lock_timeout = '5s';

alter table public.test_response_specs
  add column snapshots jsonb not null default '{}',
  add column ignore_paths text[] not null default '{}',
  add constraint test_response_specs_snapshots_check
    check (jsonb_typeof(snapshots) = 'object' and pg_column_size(snapshots) <= 4194304),
  add constraint test_response_specs_ignore_paths_check
    check (cardinality(ignore_paths) <= 100 and pg_column_size(ignore_paths) <= 65536),
  drop constraint test_response_specs_body_match_type_check,
  add constraint test_response_specs_body_match_type_check
    check (body_match_type in ('exact', 'schema', 'partial', 'contains', 'regex'));
comment on column public.test_response_specs.snapshots is
  'Name of the snapshot -> body that came when it was taken, JSON or text.';
comment on column public.test_response_specs.ignore_paths is
  'JSONPaths of what exact and partial comparison and snapshots leave out, at most 100.';
