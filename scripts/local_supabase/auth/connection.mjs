// The PostgreSQL connection of the auth service, with what @supabase/lite does differently from hosted auth put right.
import { PostgresConnection } from "@supabase/lite/postgres";

const OID = { json: 114, timestamptz: 1184, jsonb: 3802 };

// The library passes JSON columns as text; serialising that again would store a JSON string instead of an object.
function serializeJson(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

// Clients validate ISO 8601 with a full offset; PostgreSQL prints "2030-01-01 12:00:00+00".
function parseTimestamp(text) {
  return text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
}

function jsonType(oid) {
  return { to: oid, from: [oid], serialize: serializeJson, parse: JSON.parse };
}

class AuthConnection extends PostgresConnection {
  // The library would grant ALL on every schema that has a table with RLS to anon and authenticated.
  async ensureRlsContext() {
    this.rlsState = "active";
    return true;
  }
}

export function createConnection(url) {
  return new AuthConnection({
    url,
    postgresOptions: {
      max: 4,
      onnotice() {},
      types: {
        json: jsonType(OID.json),
        jsonb: jsonType(OID.jsonb),
        timestamptz: {
          to: OID.timestamptz,
          from: [OID.timestamptz],
          serialize: (text) => text,
          parse: parseTimestamp,
        },
      },
    },
  });
}
