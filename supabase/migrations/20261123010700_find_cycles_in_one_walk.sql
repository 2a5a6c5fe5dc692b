-- Cycles of dependencies are looked for in one walk: a chain of a thousand tests took the square of its length.
-- Risk: none, functions are replaced; the same dependencies are refused.
set lock_timeout = '5s';

create function private.list_reached_dependencies(from_test_ids uuid[])
returns table (dependent_test_id uuid, required_test_id uuid)
language sql
stable
set search_path = ''
as $$
  with recursive reached as (
    select start.id from unnest(from_test_ids) as start (id)
    union
    select dependency.required_test_id
    from reached
    inner join public.test_dependencies as dependency on dependency.dependent_test_id = reached.id
  )
  select dependency.dependent_test_id, dependency.required_test_id
  from reached
  inner join public.test_dependencies as dependency on dependency.dependent_test_id = reached.id
$$;
comment on function private.list_reached_dependencies(uuid[]) is
  'The dependencies of these tests, and of all that they require.';
revoke execute on function private.list_reached_dependencies(uuid[]) from public, anon, authenticated, service_role;

create function private.find_endless_tests(from_test_ids uuid[])
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
declare
  tests uuid[];
  dependents integer[];
  last_edges integer[];
  required_counts integer[];
  free integer[];
  walked integer := 0;
begin
  -- Each test has a number; what depends on test n stands in `dependents` behind what depends on test n - 1.
  with edges as materialized (
    select * from private.list_reached_dependencies(from_test_ids)
  ), numbered as materialized (
    select named.id, row_number() over (order by named.id)::integer as number
    from (
      select edges.dependent_test_id as id from edges union select edges.required_test_id from edges
    ) as named
  ), counted as materialized (
    select
      numbered.id, numbered.number, coalesce(required.count, 0)::integer as required_count,
      sum(coalesce(dependent.count, 0)) over (order by numbered.number)::integer as last_edge
    from numbered
    left join (select edges.dependent_test_id as id, count(*) from edges group by 1) as required using (id)
    left join (select edges.required_test_id as id, count(*) from edges group by 1) as dependent using (id)
  )
  select
    array_agg(counted.id order by counted.number), array_agg(counted.required_count order by counted.number),
    array_agg(counted.last_edge order by counted.number),
    array_agg(counted.number) filter (where counted.required_count = 0),
    array(
      select dependent.number
      from edges
      inner join numbered as dependent on dependent.id = edges.dependent_test_id
      inner join numbered as required on required.id = edges.required_test_id
      order by required.number
    )
  into tests, required_counts, last_edges, free, dependents
  from counted;
  -- A test that requires none that is left can be taken away; what cannot be is on a cycle, or leads to one.
  while walked < coalesce(cardinality(free), 0) loop
    walked := walked + 1;
    for edge in coalesce(last_edges[free[walked] - 1], 0) + 1 .. last_edges[free[walked]] loop
      required_counts[dependents[edge]] := required_counts[dependents[edge]] - 1;
      if required_counts[dependents[edge]] = 0 then
        free := array_append(free, dependents[edge]);
      end if;
    end loop;
  end loop;
  return array(
    select left_over.id from unnest(tests, required_counts) as left_over (id, required_count)
    where left_over.required_count > 0
  );
end;
$$;
comment on function private.find_endless_tests(uuid[]) is
  'Those of these tests, and of what they require, that lie on a cycle or lead to one; in time that grows with the dependencies.';
revoke execute on function private.find_endless_tests(uuid[]) from public, anon, authenticated, service_role;

create function private.follow_cycle(endless_test_ids uuid[])
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
declare
  current_id uuid := endless_test_ids[1];
  walk uuid[] := '{}';
begin
  while not current_id = any (walk) loop
    walk := walk || current_id;
    select dependency.required_test_id into current_id
    from public.test_dependencies as dependency
    where dependency.dependent_test_id = current_id and dependency.required_test_id = any (endless_test_ids)
    limit 1;
  end loop;
  return walk[array_position(walk, current_id):];
end;
$$;
comment on function private.follow_cycle(uuid[]) is
  'The tests of one cycle, each before one that it requires; each of those given requires another one of them.';
revoke execute on function private.follow_cycle(uuid[]) from public, anon, authenticated, service_role;

create or replace function private.refuse_dependency_cycles()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  project uuid;
  endless uuid[];
  cycle uuid[];
  closing record;
begin
  -- Two transactions that close a cycle together must see each other.
  for project in select distinct added.project_id from added_dependencies as added order by 1 loop
    perform pg_advisory_xact_lock(hashtextextended('test_dependencies:' || project::text, 0));
  end loop;
  endless := private.find_endless_tests(array(
    select distinct added.dependent_test_id from added_dependencies as added
  ));
  if cardinality(endless) = 0 then
    return null;
  end if;
  cycle := private.follow_cycle(endless);
  select origin.key, added.dependent_test_id, added.required_test_id into closing
  from added_dependencies as added
  inner join public.test_cases as origin on origin.id = added.dependent_test_id
  where added.dependent_test_id = any (cycle) and added.required_test_id = any (cycle)
  order by origin.key
  limit 1;
  raise sqlstate 'PT422' using
    message = 'dependency cycle',
    detail = closing.key || ' -> ' || private.find_dependency_path(closing.required_test_id, closing.dependent_test_id),
    hint = 'dependency_cycle';
end;
$$;
