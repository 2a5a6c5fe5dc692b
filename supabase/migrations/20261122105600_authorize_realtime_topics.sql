-- Members may join the private topics of their runs and projects; clients cannot publish.
-- Risk: none; only a policy, because realtime.messages belongs to Realtime.
set lock_timeout = '5s';

create function private.can_read_topic(topic text)
returns boolean
language plpgsql
stable security definer
set search_path = ''
as $$
declare
  kind text := split_part(topic, ':', 1);
  subject uuid;
begin
  if topic is null or topic !~ '^(run|project):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return false;
  end if;
  subject := split_part(topic, ':', 2)::uuid;
  return exists (
    select from public.test_runs as run
    where kind = 'run' and run.id = subject
      and run.organization_id = any (array(select private.my_orgs('viewer')))
  ) or exists (
    select from public.projects as project
    where kind = 'project' and project.id = subject
      and project.organization_id = any (array(select private.my_orgs('viewer')))
  );
end;
$$;
comment on function private.can_read_topic(text) is
  'Whether the caller may follow a topic. Definer: one lookup instead of policies within a policy.';
revoke execute on function private.can_read_topic(text) from public, anon, authenticated, service_role;
grant execute on function private.can_read_topic(text) to authenticated;


do $$
begin
  if to_regclass('realtime.messages') is null then
    return;
  end if;
  create policy messages_select_member on realtime.messages
    for select to authenticated
    using (extension = 'broadcast' and (select private.can_read_topic((select realtime.topic()))));
end;
$$;
