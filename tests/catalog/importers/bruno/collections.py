"""The same small collection in the three ways in which Bruno writes."""

import json

BRU = """meta {
  name: Log in
  type: http
  seq: 1
}

post {
  url: {{baseUrl}}/auth/login
  body: json
  auth: none
}

body:json {
  {
    "username": "ada",
    "password": "{{password}}"
  }
}

vars:post-response {
  token: res.body.access_token
}

assert {
  res.status: eq 200
}

meta {
  name: Catalog
  type: http
  seq: 2
}

get {
  url: {{baseUrl}}/catalog
  auth: bearer
}

auth:bearer {
  token: {{token}}
}

tests {
  test("there are products", function () {
    expect(res.status).to.equal(200);
    expect(res.body.products).to.have.lengthOf(3);
  });
}

vars {
  baseUrl: https://shop.example
}

vars:secret [
  password
]
"""

OPEN_COLLECTION = """opencollection: 1.0.0
info: {name: Shop}
config:
  environments:
    - name: local
      variables:
        - {name: baseUrl, value: "https://shop.example"}
        - {secret: true, name: password}
items:
  - info: {name: Log in, type: http, seq: 1}
    http:
      method: POST
      url: "{{baseUrl}}/auth/login"
      body: {type: json, data: '{"username": "ada", "password": "{{password}}"}'}
    runtime:
      assertions: [{expression: res.status, operator: eq, value: "200"}]
      actions:
        - type: set-variable
          phase: after-response
          selector: {expression: res.body.access_token, method: jsonq}
          variable: {name: token, scope: runtime}
  - info: {name: Catalog, type: http, seq: 2}
    http:
      method: GET
      url: "{{baseUrl}}/catalog"
      auth: {type: bearer, token: "{{token}}"}
    runtime:
      scripts:
        - type: tests
          code: |
            test("there are products", function () {
              expect(res.status).to.equal(200);
              expect(res.body.products).to.have.lengthOf(3);
            });
"""

EXPORTED = json.dumps(
    {
        "name": "Shop",
        "version": "1",
        "items": [
            {
                "type": "http",
                "name": "Log in",
                "seq": 1,
                "request": {
                    "url": "{{baseUrl}}/auth/login",
                    "method": "POST",
                    "headers": [],
                    "auth": {"mode": "none"},
                    "body": {
                        "mode": "json",
                        "json": '{"username": "ada", "password": "{{password}}"}',
                    },
                    "vars": {
                        "req": [],
                        "res": [
                            {"name": "token", "value": "res.body.access_token", "enabled": True}
                        ],
                    },
                    "assertions": [{"name": "res.status", "value": "eq 200", "enabled": True}],
                },
            },
            {
                "type": "http",
                "name": "Catalog",
                "seq": 2,
                "request": {
                    "url": "{{baseUrl}}/catalog",
                    "method": "GET",
                    "auth": {"mode": "bearer", "bearer": {"token": "{{token}}"}},
                    "body": {"mode": "none"},
                    "tests": 'test("x", () => {\n  expect(res.getStatus()).to.equal(200);\n'
                    "  expect(res.getBody().products.length).to.equal(3);\n});",
                },
            },
        ],
        "environments": [
            {
                "name": "local",
                "variables": [
                    {"name": "baseUrl", "value": "https://shop.example", "enabled": True},
                    {"name": "password", "value": "lovelace1815", "secret": True, "enabled": True},
                ],
            }
        ],
    }
)
