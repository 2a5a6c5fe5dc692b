-- Refuses a dependency that closes a cycle and names the cycle by the keys of its tests.
-- Risk: writers of dependencies of one project wait for each other until commit.
set lock_timeout = '5s';

create function private.find_dependency_path(from_test_id uuid, to_test_id uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  visited uuid[] := array[from_test_id];
  frontier uuid[] := visited;
  paths text[];
begin
  select array[test_case.key] into paths from public.test_cases as test_case where test_case.id = from_test_id;
  while cardinality(frontier) > 0 and not to_test_id = any (frontier) loop
    select coalesce(array_agg(step.id), '{}'), coalesce(array_agg(step.path), '{}') into frontier, paths
    from (
      select distinct on (required.id) required.id, reached.path || ' -> ' || required.key as path
      from unnest(frontier, paths) as reached (id, path)
      inner join public.test_dependencies as dependency on dependency.dependent_test_id = reached.id
      inner join public.test_cases as required on required.id = dependency.required_test_id
      where not required.id = any (visited)
    ) as step;
    visited := visited || frontier;
  end loop;
  return paths[array_position(frontier, to_test_id)];
end;
$$;
comment on function private.find_dependency_path(uuid, uuid) is
  'Shortest chain of keys from a test to one that it requires, null when there is none.';
revoke execute on function private.find_dependency_path(uuid, uuid) from public, anon, authenticated, service_role;

create function private.refuse_dependency_cycles()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  project uuid;
  closing record;
begin
  -- Two transactions that close a cycle together must see each other.
  for project in select distinct added.project_id from added_dependencies as added order by 1 loop
    perform pg_advisory_xact_lock(hashtextextended('test_dependencies:' || project::text, 0));
  end loop;
  with recursive reach as (
    select added.dependent_test_id as origin_id, added.required_test_id as reached_id
    from added_dependencies as added
    union
    select reach.origin_id, dependency.required_test_id
    from reach
    inner join public.test_dependencies as dependency on dependency.dependent_test_id = reach.reached_id
  )
  select origin.id, origin.key into closing
  from reach
  inner join public.test_cases as origin on origin.id = reach.origin_id
  where reach.reached_id = reach.origin_id
  order by origin.key
  limit 1;
  if found then
    raise sqlstate 'PT422' using
      message = 'dependency cycle',
      detail = closing.key || ' -> ' || (
        select path.keys
        from added_dependencies as added
        cross join lateral private.find_dependency_path(added.required_test_id, closing.id) as path (keys)
        where added.dependent_test_id = closing.id and path.keys is not null
        limit 1
      ),
      hint = 'dependency_cycle';
  end if;
  return null;
end;
$$;
comment on function private.refuse_dependency_cycles() is
  'Definer: must see every dependency of the project. The detail names the cycle, dependent before required.';
revoke execute on function private.refuse_dependency_cycles() from public, anon, authenticated, service_role;

create trigger test_dependencies_refuse_cycles
  after insert on public.test_dependencies
  referencing new table as added_dependencies
  for each statement execute function private.refuse_dependency_cycles();
comment on trigger test_dependencies_refuse_cycles on public.test_dependencies is 'Refuses a dependency that closes a cycle.';

create trigger test_dependencies_refuse_cycles_on_update
  after update on public.test_dependencies
  referencing new table as added_dependencies
  for each statement execute function private.refuse_dependency_cycles();
comment on trigger test_dependencies_refuse_cycles_on_update on public.test_dependencies is 'Refuses a change that closes a cycle.';
