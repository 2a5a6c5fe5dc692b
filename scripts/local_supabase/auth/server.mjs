// Supabase auth as a process: @supabase/lite as a library, without its REST, studio, migrations and telemetry.
// Reads its settings from the environment, prints {"port": n} once it is ready, and ends when stdin closes.
import { serve } from "@hono/node-server";
import { App } from "@supabase/lite";
import { createConnection } from "./connection.mjs";
import { createTokenSigner, isIssuing } from "./tokens.mjs";

const { AUTH_DATABASE_URL, SUPABASE_URL, JWT_SECRET, PUBLISHABLE_KEY, SECRET_KEY, JWT_LIFETIME_SECONDS } = process.env;

function createApp(connection) {
  return new App({
    connection,
    api: { port: 1, schemas: ["public"] },
    db: { migrations: { enabled: false }, seed: { enabled: false } },
    auth: {
      enabled: true,
      site_url: SUPABASE_URL,
      jwt_secret: JWT_SECRET,
      jwt_expiry: Number(JWT_LIFETIME_SECONDS),
      publishable_key: PUBLISHABLE_KEY,
      secret_key: SECRET_KEY,
      enable_signup: true,
      minimum_password_length: 6,
      email: { enable_signup: true, enable_confirmations: false },
    },
    studio: { enabled: false },
    options: { server: { admin: false } },
  });
}

const connection = createConnection(AUTH_DATABASE_URL);
const app = createApp(connection);
const signAgain = createTokenSigner({ jwtSecret: JWT_SECRET, issuer: `${SUPABASE_URL}/auth/v1` });

async function answer(request, { incoming }) {
  const response = await app.fetch(request, { peerAddress: incoming.socket.remoteAddress ?? null });
  return isIssuing(request) ? signAgain(response) : response;
}

let server;
async function stop() {
  server?.close();
  await connection.close();
  process.exit(0);
}

process.on("SIGTERM", stop);
process.stdin.on("end", stop).resume();

await app.init();
await app.ensureSystemSchema();
server = serve({ port: 0, hostname: "127.0.0.1", fetch: answer }, ({ port }) => {
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
