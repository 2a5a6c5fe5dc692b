-- A small project to look around in: `supabase db reset` loads it after the migrations, Studio shows it.
-- Nobody is a member yet. Sign up, then in the SQL editor:
--   insert into public.organization_members (organization_id, user_id, role)
--   select organization.id, person.id, 'owner'
--   from public.organizations as organization
--   cross join public.users as person
--   where organization.slug = 'corner-shop' and person.email = 'you@example.org';
-- Loading it again changes nothing.

insert into public.organizations (id, name, slug, description)
values (
  '5eed0000-0000-4000-8000-000000000001', 'Corner Shop', 'corner-shop', 'A shop whose API is tested at every release.'
)
on conflict do nothing;

insert into public.projects (id, organization_id, name, description, base_url)
values (
  '5eed0000-0000-4000-8000-000000000002', '5eed0000-0000-4000-8000-000000000001', 'Shop API',
  'Catalogue, cart and orders.', 'https://shop.example'
)
on conflict do nothing;

insert into public.environments (id, project_id, name, description, base_url, order_index)
values
(
  '5eed0000-0000-4000-8000-000000000003', '5eed0000-0000-4000-8000-000000000002', 'staging',
  'Deployed from every merge.', 'https://staging.shop.example', 0
),
(
  '5eed0000-0000-4000-8000-000000000004', '5eed0000-0000-4000-8000-000000000002', 'production',
  'What customers use.', 'https://shop.example', 1
)
on conflict do nothing;

insert into public.environment_variables (environment_id, key, value)
values
('5eed0000-0000-4000-8000-000000000003', 'CUSTOMER_EMAIL', 'ada@staging.shop.example'),
('5eed0000-0000-4000-8000-000000000003', 'CURRENCY', 'EUR'),
('5eed0000-0000-4000-8000-000000000004', 'CUSTOMER_EMAIL', 'ada@shop.example'),
('5eed0000-0000-4000-8000-000000000004', 'CURRENCY', 'EUR')
on conflict do nothing;

insert into public.test_suites (id, project_id, name, description, order_index)
values
(
  '5eed0000-0000-4000-8000-000000000005', '5eed0000-0000-4000-8000-000000000002', 'Catalogue',
  'What everybody can see.', 0
),
(
  '5eed0000-0000-4000-8000-000000000006', '5eed0000-0000-4000-8000-000000000002', 'Purchase',
  'From signing in to the receipt.', 1
)
on conflict do nothing;

insert into public.test_data_fixtures (project_id, name, description, fixture_type, data, tags)
values (
  '5eed0000-0000-4000-8000-000000000002', 'customers', 'Customers that exist in every environment.', 'user',
  '[{"email": "ada@shop.example", "name": "Ada"}, {"email": "grace@shop.example", "name": "Grace"}]', '{smoke}'
)
on conflict do nothing;

select public.create_test_case(test_case.document)
from (
  values
  (
    1,
    '{
      "suite_id": "5eed0000-0000-4000-8000-000000000005", "key": "list-items", "name": "Items can be listed",
      "tags": ["smoke"], "endpoint": {"method": "GET", "path": "/items"},
      "request": {"query_params": {"limit": "10"}},
      "response": {
        "expected_status_code": 200, "response_time_max_ms": 500,
        "assertions": [{"type": "body", "path": "$.items", "operator": "exists"}],
        "capture_vars": {"item_id": "$.items[0].id"}
      }
    }'::jsonb
  ),
  (
    2,
    '{
      "suite_id": "5eed0000-0000-4000-8000-000000000005", "key": "get-item", "name": "An item has a price",
      "order_index": 1, "endpoint": {"method": "GET", "path": "/items/{item_id}"},
      "request": {"path_params": {"item_id": "{{captured_data.list-items.item_id}}"}},
      "response": {
        "expected_status_code": 200,
        "assertions": [{"type": "body", "path": "$.price", "operator": "gt", "expected": 0}]
      },
      "dependencies": [{"required_test_key": "list-items", "dependency_type": "data"}]
    }'
  ),
  (
    3,
    '{
      "suite_id": "5eed0000-0000-4000-8000-000000000006", "key": "login", "name": "A customer can sign in",
      "tags": ["smoke"], "retry_count": 1, "endpoint": {"method": "POST", "path": "/login"},
      "request": {"body": {"email": "{{env.CUSTOMER_EMAIL}}"}},
      "response": {
        "expected_status_code": 200,
        "capture_vars": {
          "access_token": {"path": "$.access_token", "into": "shared_auth_tokens"}
        }
      }
    }'
  ),
  (
    4,
    '{
      "suite_id": "5eed0000-0000-4000-8000-000000000006", "key": "fill-cart", "name": "An item goes into the cart",
      "order_index": 1, "endpoint": {"method": "POST", "path": "/cart/items"},
      "request": {
        "auth_type": "bearer", "auth_token_ref": "{{shared_auth_tokens.access_token}}",
        "body": {"item_id": "{{captured_data.list-items.item_id}}", "quantity": 2}
      },
      "response": {"expected_status_code": 201, "capture_vars": {"cart_id": "$.cart_id"}},
      "dependencies": [
        {"required_test_key": "login", "dependency_type": "token"},
        {"required_test_key": "list-items", "dependency_type": "data"}
      ]
    }'
  ),
  (
    5,
    '{
      "suite_id": "5eed0000-0000-4000-8000-000000000006", "key": "place-order", "name": "The cart becomes an order",
      "order_index": 2, "endpoint": {"method": "POST", "path": "/orders"},
      "request": {
        "auth_type": "bearer", "auth_token_ref": "{{shared_auth_tokens.access_token}}",
        "body": {"cart_id": "{{captured_data.fill-cart.cart_id}}", "currency": "{{env.CURRENCY}}"}
      },
      "response": {"expected_status_code": 201},
      "dependencies": [{"required_test_key": "fill-cart", "dependency_type": "data"}]
    }'
  )
) as test_case (place, document)
where not exists (
  select from public.test_cases as existing
  where existing.suite_id = (test_case.document ->> 'suite_id')::uuid and existing.key = test_case.document ->> 'key'
)
order by test_case.place;

-- One run as the service records it: the order fails, everything before it passes.
do $$
declare
  identity jsonb;
  plan jsonb;
begin
  if exists (select from public.test_runs where project_id = '5eed0000-0000-4000-8000-000000000002') then
    return;
  end if;
  identity := jsonb_build_object(
    'worker_id', 'seed',
    'run_id', public.start_test_run(
      '{
        "project_id": "5eed0000-0000-4000-8000-000000000002", "trigger": "ci", "target_version": "2.4.0",
        "environment_id": "5eed0000-0000-4000-8000-000000000003"
      }'
    ) -> 'id'
  );
  plan := public.get_run_plan(identity);
  perform public.record_run_batch(identity || jsonb_build_object('results', (
    select jsonb_agg(
      jsonb_build_object(
        'id', gen_random_uuid(), 'test_case_id', test.value -> 'test_case_id', 'test_revision', 1,
        'started_at', now() + (test.ordinality - 1) * interval '140 milliseconds',
        'completed_at', now() + test.ordinality * interval '140 milliseconds', 'duration_ms', 140,
        'status', case outcome.status when 201 then 'passed' when 200 then 'passed' else 'failed' end,
        'category', case outcome.status when 500 then 'assertion' end,
        'error_message', case outcome.status when 500 then 'expected status 201, got 500' end,
        'details', jsonb_build_object(
          'request_method', test.value -> 'method',
          'request_url', 'https://staging.shop.example' || (test.value ->> 'path'),
          'response_status', outcome.status, 'response_headers', '{"Content-Type": "application/json"}'::jsonb,
          'response_time_ms', 131.5, 'assertions_passed', (outcome.status <> 500)::integer,
          'assertions_failed', (outcome.status = 500)::integer
        ),
        'assertions', jsonb_build_array(jsonb_build_object(
          'assertion_name', format('status is %s', test.value ->> 'expected_status_code'),
          'assertion_type', 'status-code', 'expected_value', test.value -> 'expected_status_code',
          'actual_value', outcome.status, 'passed', outcome.status <> 500
        ))
      )
    )
    from jsonb_array_elements(plan -> 'tests') with ordinality as test
    cross join lateral (
      select case test.value ->> 'key'
        when 'place-order' then 500 else (test.value ->> 'expected_status_code')::integer
      end
    ) as outcome (status)
  )));
  perform public.finish_test_run(identity || '{"status": "completed"}');
end;
$$;
