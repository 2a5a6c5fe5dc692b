// Two browsers on the private topics of a run and its project, with supabase-js as it is: a member and a stranger.
// Reads its settings from the environment, prints one JSON object per line, and ends with the run.
import { createRequire } from "node:module";

const { SUPABASE_URL, PUBLISHABLE_KEY, PACKAGES, MEMBER_TOKEN, STRANGER_TOKEN, RUN_TOPIC, PROJECT_TOPIC } = process.env;
const require = createRequire(PACKAGES);
const { createClient } = require("@supabase/supabase-js");
// Node 20 has no WebSocket of its own.
const transport = require("ws");

const report = (step, seen) => console.log(JSON.stringify({ step, seen }));

async function connect(token) {
  const client = createClient(SUPABASE_URL, PUBLISHABLE_KEY, { accessToken: async () => token, realtime: { transport } });
  // Else the first join goes out before the token is there.
  await client.realtime.setAuth();
  return client;
}

function join(channel) {
  return new Promise((resolve) => channel.subscribe((status) => resolve(status)));
}

function open(client, topic, isPrivate = true) {
  return client.channel(topic, { config: { private: isPrivate } });
}

function collect(channel, events) {
  return channel.on("broadcast", { event: "*" }, ({ event, payload }) => events.push([event, payload]));
}

const member = await connect(MEMBER_TOKEN);
const stranger = await connect(STRANGER_TOKEN);
const nobody = createClient(SUPABASE_URL, PUBLISHABLE_KEY, { realtime: { transport } });

const ofRun = [];
const ofProject = [];
const inPublic = [];
const run = collect(open(member, RUN_TOPIC), ofRun);
const present = new Promise((resolve) => run.on("presence", { event: "join" }, ({ key, newPresences }) => {
  if (newPresences.some((presence) => presence.name === "Ann")) resolve(key !== "");
}));
const joined = [await join(run), await join(collect(open(member, PROJECT_TOPIC), ofProject))];
// The public channel of the same name is another room: nothing of ours is said there.
await join(collect(open(await connect(STRANGER_TOKEN), RUN_TOPIC, false), inPublic));

report("refused", [
  await join(open(stranger, RUN_TOPIC)),
  await join(open(stranger, PROJECT_TOPIC)),
  await join(open(nobody, RUN_TOPIC)),
]);
report("tracked", [await run.track({ name: "Ann" }), await present]);
// Who may listen may not speak.
const second = open(await connect(MEMBER_TOKEN), RUN_TOPIC);
await join(second);
await second.send({ type: "broadcast", event: "forged", payload: { events: [] } });
report("joined", joined);

const isOver = () => ofProject.some(([, { events }]) => events.some(({ type }) => type === "run_completed"));
while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 10));
report("heard", { ofRun, ofProject, inPublic });
process.exit(0);
