// What a browser does, with supabase-js as it is: prints what it saw, one JSON object per line.
// Arguments: the package.json beside node_modules, the URL, the publishable key, the protocol version.
import { createRequire } from "node:module";

const [packageFile, url, key, vsn] = process.argv.slice(2);
const require = createRequire(packageFile);
const { createClient } = require("@supabase/supabase-js");
const WebSocket = require("ws");

const PATIENCE_MS = 20_000;

// Without a version, the client's default is under test.
const realtime = { transport: WebSocket, ...(vsn ? { vsn } : {}) };
const auth = { persistSession: false, autoRefreshToken: false };

function report(step, seen) {
  console.log(JSON.stringify({ step, seen }));
}

function within(promise, what) {
  const failure = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`no ${what}`)), PATIENCE_MS).unref();
  });
  return Promise.race([promise, failure]);
}

async function signUp() {
  const client = createClient(url, key, { auth, realtime });
  const email = `${crypto.randomUUID()}@example.org`;
  const { data, error } = await client.auth.signUp({ email, password: crypto.randomUUID() });
  if (error) throw error;
  await client.realtime.setAuth(data.session.access_token);
  return { client, id: data.user.id };
}

function subscribe(channel) {
  const settled = new Promise((resolve) => {
    channel.subscribe((status, error) => resolve([status, error?.message]));
  });
  return within(settled, "answer to the join");
}

function next(channel, type, filter) {
  return within(new Promise((resolve) => channel.on(type, filter, resolve)), filter.event);
}

function openPrivate(user, topic, broadcast = {}) {
  return user.client.channel(topic, { config: { private: true, broadcast } });
}

async function hearTheDatabase(ann, topic) {
  const channel = openPrivate(ann, topic);
  const heard = next(channel, "broadcast", { event: "said" });
  report("subscribed", [...(await subscribe(channel)), topic]);
  const { payload, meta } = await heard;
  report("heard", { n: payload.n, sameId: payload.id === meta.id });
  const again = next(channel, "broadcast", { event: "said again" });
  const { data } = await ann.client.auth.refreshSession();
  await ann.client.realtime.setAuth(data.session.access_token);
  report("token refreshed", topic);
  report("heard again", (await again).payload.n);
  report("left", await channel.unsubscribe());
}

async function beRefused(stranger, topic) {
  const channel = openPrivate(stranger, topic);
  report("refused", await subscribe(channel));
  await stranger.client.removeChannel(channel);
}

async function replay(ann, topic) {
  const channel = openPrivate(ann, topic, { replay: { since: Date.now() - 60_000, limit: 1 } });
  const replayed = next(channel, "broadcast", { event: "said again" });
  await subscribe(channel);
  const { payload, meta } = await replayed;
  report("replayed", { n: payload.n, replayed: meta.replayed });
  await ann.client.removeChannel(channel);
}

async function talk(ann, bob) {
  const topic = `talk ${crypto.randomUUID()}`;
  const first = ann.client.channel(topic, { config: { broadcast: { ack: true, self: true } } });
  const second = bob.client.channel(topic);
  const heard = ["hello", "by http"].flatMap((event) => [
    next(first, "broadcast", { event }),
    next(second, "broadcast", { event }),
  ]);
  const present = next(second, "presence", { event: "join" });
  await Promise.all([subscribe(first), subscribe(second)]);
  const payload = { text: "héllo" };
  report("acknowledged", await first.send({ type: "broadcast", event: "hello", payload }));
  report("accepted by http", await second.httpSend("by http", payload));
  report("talked", (await Promise.all(heard)).map((message) => message.payload.text));
  report("tracked", await first.track({ mood: "calm" }));
  report("present", (await present).newPresences.map(({ mood }) => mood));
  await Promise.all([ann.client.removeChannel(first), bob.client.removeChannel(second)]);
}

async function sendBytes(ann, bob) {
  const topic = `bytes ${crypto.randomUUID()}`;
  const first = ann.client.channel(topic);
  const second = bob.client.channel(topic);
  const heard = next(second, "broadcast", { event: "raw" });
  await Promise.all([subscribe(first), subscribe(second)]);
  await first.send({ type: "broadcast", event: "raw", payload: new Uint8Array([0, 255]).buffer });
  report("bytes", [...new Uint8Array((await heard).payload)]);
}

async function askForTableChanges(ann) {
  const channel = ann.client.channel("table");
  channel.on("postgres_changes", { event: "*", schema: "public", table: "things" }, () => {});
  report("table changes", await subscribe(channel));
  await ann.client.removeChannel(channel);
}

const ann = await signUp();
const bob = await signUp();
const topic = `client:${ann.id}`;
await hearTheDatabase(ann, topic);
await beRefused(bob, topic);
await replay(ann, topic);
await talk(ann, bob);
if (vsn !== "1.0.0") await sendBytes(ann, bob);
await askForTableChanges(ann);
await Promise.all([ann, bob].map(({ client }) => client.removeAllChannels()));
await Promise.all([ann, bob].map(({ client }) => client.realtime.disconnect()));
process.exit(0);
