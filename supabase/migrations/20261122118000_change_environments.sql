-- Environments: their order, copies of them, and all variables of one at once.
-- Risk: none, new functions only. Pair: copy_environment_secrets.
set lock_timeout = '5s';

create function public.order_environments(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  ordered_ids uuid[] := array(select jsonb_array_elements_text(request -> 'environment_ids'))::uuid[];
  visible_ids uuid[];
  changed integer;
begin
  perform from public.projects where id = (request ->> 'project_id')::uuid;
  if not found then
    perform private.refuse('404', 'project not found', null, 'not_found');
  end if;
  select coalesce(array_agg(environment.id), '{}') into visible_ids from public.environments as environment
  where environment.project_id = (request ->> 'project_id')::uuid;
  if not (visible_ids @> ordered_ids and ordered_ids @> visible_ids and cardinality(ordered_ids) = cardinality(visible_ids)) then
    perform private.refuse('422', 'the order names every environment of the project once', null, null);
  end if;
  update public.environments as environment set order_index = place.number - 1
  from unnest(ordered_ids) with ordinality as place (id, number)
  where environment.id = place.id;
  get diagnostics changed = row_count;
  if changed < cardinality(ordered_ids) then
    perform private.refuse('403', 'admins order environments', null, 'forbidden');
  end if;
  return jsonb_build_object('environment_ids', request -> 'environment_ids');
end;
$$;
comment on function public.order_environments(jsonb) is
  'Request {project_id, environment_ids}: all of the project, in their new order; answers {environment_ids}.';
revoke execute on function public.order_environments(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.order_environments(jsonb) to authenticated;

create function public.duplicate_environment(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  source public.environments;
  copy public.environments;
begin
  select * into source from public.environments where id = (request ->> 'environment_id')::uuid;
  if source.id is null then
    perform private.refuse('404', 'environment not found', null, 'not_found');
  end if;
  insert into public.environments (project_id, name, description, base_url, order_index)
  values (
    source.project_id, request ->> 'name',
    case when request ? 'description' then request ->> 'description' else source.description end,
    coalesce(request ->> 'base_url', source.base_url), source.order_index
  )
  returning * into copy;
  insert into public.environment_variables (environment_id, key, value, is_secret)
  select copy.id, variable.key, variable.value, variable.is_secret
  from public.environment_variables as variable
  where variable.environment_id = source.id;
  return to_jsonb(copy);
end;
$$;
comment on function public.duplicate_environment(jsonb) is
  'Request {environment_id, name, description, base_url}; answers the copy. Its secrets have no values yet.';
revoke execute on function public.duplicate_environment(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.duplicate_environment(jsonb) to authenticated;

create function public.get_environment_for_change(request jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  environment public.environments;
begin
  select * into environment from public.environments where id = (request ->> 'environment_id')::uuid;
  if environment.id is null then
    perform private.refuse('404', 'environment not found', null, 'not_found');
  end if;
  if not environment.organization_id = any (array(select private.my_orgs('admin'))) then
    perform private.refuse('403', 'admins change environments', null, 'forbidden');
  end if;
  return jsonb_build_object(
    'id', environment.id,
    'variables', (
      select coalesce(jsonb_agg(to_jsonb(variable) order by variable.key), '[]')
      from public.environment_variables as variable
      where variable.environment_id = environment.id
    )
  );
end;
$$;
comment on function public.get_environment_for_change(jsonb) is
  'Request {environment_id}; refuses who may not change it, and answers {id, variables}.';
revoke execute on function public.get_environment_for_change(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.get_environment_for_change(jsonb) to authenticated;
