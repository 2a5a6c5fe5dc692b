"""Every place of a test that can hold a secret."""

from collections.abc import Mapping
from typing import Any

from app.engine import JsonValue
from tests.engine.canary import PASSWORD, PLAIN

P, Q, N, T = "{{env.PASSWORD}}", "{{env.PLAIN}}", "{{env.PIN}}", "{{env.JWT}}"
JSON_PATH_OPERATORS: list[tuple[str, JsonValue]] = [
    ("eq", f"{P}!"),
    ("ne", P),
    ("lt", 5),
    ("in", [P + "x", Q]),
    ("contains", f"{Q}{P}"),
    ("matches", "^{{env.PLAIN}}$"),
    ("absent", None),
    ("empty", None),
    ("type", "integer"),
    ("length", 3),
    ("between", [1, 2]),
]

PLACES: dict[str, Mapping[str, Any]] = {
    "path": {"path": f"/a/{P}/b/{T}"},
    "url": {"path": f"http://user:{Q}@shop.test/x?p={P}"},
    "whole-url": {"path": Q},
    "path-parameter": {"path": "/a/{p}/{pin}", "path_params": {"p": P, "pin": N}},
    "query": {"query_params": {"p": P, "list": [Q, N], f"x{Q}": "1", "json": {"a": P}}},
    "header": {"headers": {"X-P": Q, f"X-{Q}": "1", "X-Basic": "{{env.PLAIN | base64}}"}},
    "authorization": {"headers": {"Authorization": f"Custom {Q}", "Proxy-Authorization": Q}},
    "cookie": {"cookies": {"session": Q, Q: "1"}},
    "json": {"method": "POST", "body": {"p": P, Q: [T, {"x": f"<{P}>"}], "pin": N}},
    "form": {"method": "POST", "body": {"p": P, Q: T}, "body_type": "x-www-form-urlencoded"},
    "multipart": {
        "method": "POST",
        "body_type": "form-data",
        "body": {
            "p": P,
            "file": {"filename": f"{Q}.txt", "content": f"x{T}"},
            "encoded": {"content_base64": "{{env.PASSWORD | base64}}"},
        },
    },
    "text": {"method": "POST", "body": f"-- {P} {T}", "body_type": "text"},
    "xml": {"method": "POST", "body": "<p>{{env.PASSWORD | escape}}</p>", "body_type": "xml"},
    "graphql": {
        "method": "POST",
        "body_type": "graphql",
        "body": {"query": f'{{ a(p: "{Q}") }}', "variables": {"p": P}},
    },
    "bearer": {"auth_type": "bearer", "auth_token_ref": "env.JWT"},
    "basic": {"auth_type": "basic", "auth": {"username": "ann", "password": P}},
    "basic-reference": {"auth_type": "basic", "auth_token_ref": f"ann:{P}"},
    "digest": {"auth_type": "digest", "auth": {"username": "ann", "password": P}},
    "api-key": {"auth_type": "api-key", "auth_token_ref": "env.PLAIN"},
    "api-key-query": {
        "auth_type": "api-key",
        "auth_token_ref": "env.PASSWORD",
        "auth": {"in": "query", "name": "key"},
    },
    "oauth2": {
        "auth_type": "oauth2",
        "auth": {
            "token_url": "http://shop.test/token",
            "client_id": "ann",
            "client_secret": P,
            "client_authentication": "body",
        },
    },
    "oauth2-refresh": {
        "auth_type": "oauth2",
        "auth": {
            "grant": "refresh_token",
            "token_url": "http://shop.test/token",
            "client_id": "ann",
            "client_secret": P,
            "refresh_token": T,
        },
    },
    "jwt": {"auth_type": "jwt-hs256", "auth": {"api_key": Q, "api_secret": f"{Q}{Q}"}},
    "sigv4": {
        "auth_type": "aws-sigv4",
        "auth": {
            "access_key_id": "AKIDEXAMPLE",
            "secret_access_key": P,
            "session_token": T,
            "region": "eu-central-1",
            "service": "execute-api",
        },
    },
    "filters": {
        "headers": {
            "X-Upper": "{{env.PLAIN | upper}}",
            "X-Twice": "{{env.PASSWORD | base64 | base64}}",
            "X-Hash": "{{env.PASSWORD | hash('md5')}}",
        },
    },
    "transport-error": {"path": "/down", "query_params": {"p": P}, "retry_count": 1},
    "redirect": {"path": "/moved", "transfer": {"redirects": {"follow": True}}},
    "redirect-loop": {
        "path": "/loop",
        "transfer": {"redirects": {"follow": True, "maximum": 2}},
    },
    "proxy": {"transfer": {"proxy": f"http://ann:{Q}@proxy.test"}},
    "certificate": {"transfer": {"tls": {"ca": T, "certificate": Q, "key": f"{Q}{T}"}}},
    "bad-proxy": {"transfer": {"proxy": f"ftp://{Q}"}},
    "status": {"expected_status_code": "{{env.PIN}}"},
    "expected-header": {"expected_headers": {"X-Plain": f"{Q}!", "X-Gone": P, "Location": P}},
    "exact": {"expected_body": {"password": f"{P}!", Q: P}, "body_match_type": "exact"},
    "partial": {"expected_body": {"password": Q, "pins": [N]}, "body_match_type": "partial"},
    "contains": {"expected_body": f"{P}{Q}", "body_match_type": "contains"},
    "regex": {"path": "/text", "expected_body": "^{{env.PLAIN}}$", "body_match_type": "regex"},
    "schema": {
        "body_match_type": "schema",
        "expected_body": {
            "required": [Q + "-gone"],
            "properties": {"password": {"const": Q}, "pin": {"maximum": 5}, "token": {"enum": [P]}},
        },
    },
    "snapshot": {
        "snapshots": {"s": {"password": "other"}},
        "assertions": [{"type": "snapshot", "name": "s"}, {"type": "snapshot", "name": "new"}],
    },
    "openapi": {
        "assertions": [
            {
                "type": "openapi",
                "expected": {
                    "responses": {
                        "200": {
                            "description": "",
                            "content": {
                                "application/json": {
                                    "schema": {"properties": {"password": {"type": "integer"}}}
                                }
                            },
                        }
                    }
                },
            }
        ]
    },
    "json-path": {
        "assertions": [
            {"type": "jsonpath", "path": path, "operator": operator, "expected": expected}
            for operator, expected in JSON_PATH_OPERATORS
            for path in ("$.password", "$.pin", "$.forms", "$['{{env.PLAIN}}']")
        ]
    },
    "each": {
        "assertions": [
            {
                "type": "jsonpath",
                "path": "$.forms",
                "operator": "each",
                "expected": {"operator": "eq", "expected": Q},
            },
            {"type": "jsonpath", "path": "$.forms", "operator": "unique"},
            {"type": "jsonpath", "path": "$.pins", "operator": "sorted"},
        ]
    },
    "xpath": {
        "path": "/xml",
        "assertions": [
            {"type": "xpath", "path": "/r/p/text()", "operator": "eq", "expected": f"{P}!"},
            {"type": "xpath", "path": "/r/@a", "operator": "matches", "expected": "^x"},
            {"type": "xpath", "path": "//p[. = '{{env.PLAIN}}']", "operator": "exists"},
        ],
    },
    "other-assertions": {
        "assertions": [
            {"type": "header", "name": "X-Plain", "operator": "eq", "expected": P},
            {"type": "header", "name": f"X-{Q}-gone", "operator": "exists"},
            {"type": "cookie", "name": "session", "operator": "eq", "expected": Q},
            {"type": "body", "operator": "contains", "expected": f"{P}{P}"},
            {"type": "body", "operator": "eq", "expected": {"a": T}, "severity": "warning"},
            {"type": "status-code", "operator": "eq", "expected": 201},
            {"type": "size", "operator": "lt", "expected": 1},
        ]
    },
    "bad-json-path": {"assertions": [{"type": "jsonpath", "path": f"$..[{Q}", "expected": 1}]},
    "bad-operator": {"assertions": [{"type": "jsonpath", "path": "$", "operator": Q}]},
    "bad-template": {"path": "/{{env.PASSWORD.x}}"},
    "bad-filter": {"body": "{{env.PASSWORD | base64decode}}"},
    "bad-argument": {"body": "{{env.PLAIN | hash(env.PASSWORD)}}"},
    "bad-url": {"path": f"ftp://{Q}/"},
    "bad-header": {"headers": {"X-P": "{{env.PASSWORD}}\n{{env.PLAIN}}"}},
    "bad-header-name": {"headers": {"X {{env.PASSWORD}}": "1"}},
    "bad-cookie": {"cookies": {"a": "{{env.PASSWORD}};{{env.PLAIN}}"}},
    "bad-setting": {"auth_type": "oauth2", "auth": {"token_url": P, "client_id": Q}},
    "missing-capture": {"capture_vars": {"x": f"$.gone['{Q}']", "y": "$['{{env.PLAIN}}']"}},
    "captures": {
        "capture_vars": {
            "all": "$",
            "password": "$.password",
            "secret": {"path": "$.url", "secret": True},
            "shared": {"path": "$.token", "into": "shared_variables", "name": "token"},
            "text": {"from": "text"},
            "header": {"from": "header", "name": "X-Plain"},
            "cookie": {"from": "cookie", "name": "session"},
            "regex": {"from": "regex", "path": "canaryPlain[A-Za-z0-9]*"},
        }
    },
    "iterated": {
        "iterate": {"fixture": "users"},
        "body": "{{iteration.value.password}} {{iteration.name}}",
        "auth_type": "basic",
        "auth": {"username": "ann", "password": "{{iteration.value.other}}"},
    },
    "iterated-badly": {"iterate": {"items": [PLAIN], "name": "{{iteration.value.x}} " + PASSWORD}},
    "polled": {
        "poll": {
            "until": [{"type": "jsonpath", "path": "$.password", "expected": f"{P}!"}],
            "deadline_ms": 30,
            "interval_ms": 10,
        }
    },
    "named": {"name": f"Log in as {PLAIN}", "locks": [PLAIN]},
}
