// Unmodified supabase-js against the local stack: prints one JSON object that the Python test checks.
import { createRequire } from "node:module";

const { SUPABASE_URL, PUBLISHABLE_KEY, SECRET_KEY, TABLE, WHOAMI, PACKAGES } = process.env;
const require = createRequire(PACKAGES);
const { createClient } = require("@supabase/supabase-js");
// Node 20 has no WebSocket of its own.
const transport = require("ws");

function connect(key) {
  return createClient(SUPABASE_URL, key, { auth: { persistSession: false }, realtime: { transport } });
}

function unwrap({ data, error }) {
  if (error) throw error;
  return data;
}

const email = `${crypto.randomUUID()}@example.org`;
const password = "correct horse";
const person = connect(PUBLISHABLE_KEY);
const service = connect(SECRET_KEY);
const report = {};

const signedUp = unwrap(await person.auth.signUp({ email, password, options: { data: { name: "Ada" } } }));
report.signedUp = signedUp.user.email === email && signedUp.user.user_metadata.name === "Ada";
report.wrongPassword = (await person.auth.signInWithPassword({ email, password: "wrong one" })).error.code;
unwrap(await person.auth.signInWithPassword({ email, password }));
report.refreshed = unwrap(await person.auth.refreshSession()).user.id === signedUp.user.id;
report.claims = unwrap(await person.auth.getClaims()).claims.iss;
report.updated = unwrap(await person.auth.updateUser({ data: { color: "green" } })).user.user_metadata.color;

report.inserted = unwrap(await person.from(TABLE).insert({ body: "from node" }).select("owner, body"));
report.insertedByUser = report.inserted[0].owner === signedUp.user.id;
report.role = unwrap(await person.rpc(WHOAMI)).role;
report.anonymousRows = unwrap(await connect(PUBLISHABLE_KEY).from(TABLE).select("*"));
report.forged = (await person.from(TABLE).insert({ body: "x", owner: crypto.randomUUID() })).error.code;
report.serviceRole = unwrap(await service.rpc(WHOAMI)).role;

report.listed = unwrap(await service.auth.admin.listUsers()).users.some((user) => user.id === signedUp.user.id);
unwrap(await service.auth.admin.updateUserById(signedUp.user.id, { app_metadata: { plan: "free" } }));
report.plan = unwrap(await service.auth.admin.getUserById(signedUp.user.id)).user.app_metadata.plan;
unwrap(await person.auth.signOut());
unwrap(await service.auth.admin.deleteUser(signedUp.user.id));
report.deleted = (await service.auth.admin.getUserById(signedUp.user.id)).error.code;

process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(0);
