"""What Bruno itself writes into its files, and what other files hold for all requests."""

from app.catalog.importers.bruno.reader import BrunoReader
from tests.catalog.importers.texts import list_cases, list_told, read_case

BRUNO = BrunoReader()
META = "meta {\n  name: A\n  type: http\n  seq: 1\n"
GET = "get {\n  url: https://shop.example/a\n  body: none\n  auth: inherit\n}\n"


def test_tags_are_a_list_in_a_list_of_names() -> None:
    case = read_case(BRUNO, f"{META}  tags: [\n    smoke\n    slow\n  ]\n}}\n{GET}")

    assert case["tags"] == ["smoke", "slow"]


def test_descriptions_of_names_are_no_names() -> None:
    case = read_case(
        BRUNO,
        f'{GET}headers {{\n  @description("see C:\\notes: a")\n  X-A: 1\n'
        "  @description('''\n    two: lines\n  ''')\n  X-B: 2\n}\n",
    )

    assert case["request"]["headers"] == {"X-A": "1", "X-B": "2"}


def test_the_file_of_the_collection_holds_for_those_behind_it() -> None:
    imported = BRUNO.read(
        "headers {\n  X-All: 1\n}\nauth {\n  mode: bearer\n}\nauth:bearer {\n  token: {{t}}\n}\n"
        "vars:pre-request {\n  size: 7\n}\n"
        "meta {\n  name: Users\n}\nheaders {\n  X-Folder: 1\n}\n"
        f"{META}}}\n{GET}example {{\n  name: Old\n}}\n"
    )

    (case,) = list_cases(imported)
    assert case["request"]["headers"] == {"X-All": "1"}
    assert case["request"]["auth_token_ref"] == "env.t"
    assert list_told(imported) == [
        ("line 13", "The settings of the folder Users: the text does not say what is in it."),
        ("line 24", "1 saved examples of answers are not imported."),
    ]


def test_clients_prove_themselves_where_bruno_would() -> None:
    auth = """opencollection: 1.0.0
items:
  - info: {name: A, type: http}
    http:
      url: https://shop.example/a
      auth:
        type: oauth2
        flow: client_credentials
        accessTokenUrl: https://id.example/token
        credentials: {clientId: me, clientSecret: "{{secret}}", placement: basic_auth_header}
        tokenConfig: {placement: {query: access_token}}
        additionalParameters:
          accessTokenRequest:
            - {name: audience, value: shop, placement: body}
            - {name: X-Tenant, value: a, placement: header}
    runtime:
      scripts: [{type: hooks, code: "x()"}]
"""
    imported = BRUNO.read(auth)

    (case,) = list_cases(imported)
    assert case["request"]["auth"] == {
        "token_url": "https://id.example/token",
        "client_id": "me",
        "client_secret": "{{env.secret}}",
        "audience": "shop",
    }
    assert [text for _, text in list_told(imported)] == [
        "The parameter X-Tenant of the request for a token.",
        "A script that runs at other times.",
    ]
    assert "The token is sent in the header, not in the address." in [
        text for _, text in list_told(imported, "changed")
    ]


def test_additional_parameters_have_blocks_of_their_own() -> None:
    case = read_case(
        BRUNO,
        "get {\n  url: https://shop.example/a\n  auth: oauth2\n}\nauth:oauth2 {\n"
        "  grant_type: client_credentials\n  access_token_url: https://id.example/t\n"
        "  client_id: me\n  client_secret: {{s}}\n  credentials_placement: basic_auth_header\n}\n"
        "auth:oauth2:additional_params:access_token_req:body {\n  audience: shop\n}\n",
    )

    assert case["request"]["auth"]["audience"] == "shop"
    assert "client_authentication" not in case["request"]["auth"]


def test_what_is_true_in_scripts_need_not_be_the_value_true() -> None:
    case = read_case(
        BRUNO,
        f"{GET}tests {{\n  expect(res.body.id).to.be.ok;\n"
        '  expect(res.getBody()).to.have.jsonSchema({type: "object"});\n}\n',
    )

    assert case["response"]["assertions"] == [
        {
            "type": "jsonpath",
            "path": "$.id",
            "operator": "not-in",
            "expected": [None, False, 0, ""],
        },
        {"type": "schema", "expected": {"type": "object"}},
    ]
