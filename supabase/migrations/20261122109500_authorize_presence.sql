-- Members may also tell and see who follows a topic, and ask at once which of their topics are still open to them.
-- Risk: none; only policies, because realtime.messages belongs to Realtime.
set lock_timeout = '5s';

create function public.list_readable_topics(request jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'topics', coalesce(jsonb_agg(item.topic order by item.ordinality) filter (where private.can_read_topic(item.topic)), '[]')
  )
  from jsonb_array_elements_text(request -> 'topics') with ordinality as item (topic, ordinality)
$$;
comment on function public.list_readable_topics(jsonb) is
  'Request {topics}; answers {topics}, those of them that the caller may follow.';
revoke execute on function public.list_readable_topics(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.list_readable_topics(jsonb) to authenticated;

do $$
begin
  if to_regclass('realtime.messages') is null then
    return;
  end if;
  alter policy messages_select_member on realtime.messages
    using (extension in ('broadcast', 'presence') and (select private.can_read_topic((select realtime.topic()))));
  -- Presence alone: whoever follows may say so, and nobody but the database broadcasts.
  create policy messages_insert_presence on realtime.messages
    for insert to authenticated
    with check (extension = 'presence' and (select private.can_read_topic((select realtime.topic()))));
end;
$$;
