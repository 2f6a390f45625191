#!/usr/bin/env node
// grpc_client.mjs - a gRPC client (@grpc/grpc-js) that takes steps and tells what came of each call. See README.md.
// usage: grpc_client.mjs ADDRESS:PORT [PREFIX-OF-IDS]
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";

const TAKES = new Set(["Import", "Chat"]);
const GIVES = new Set(["Watch", "Chat"]);
const GZIP = 2;

const [target, prefix = "js"] = process.argv.slice(2);
const { GRPC_TLS } = process.env;
const credentials = GRPC_TLS
  ? grpc.credentials.createSsl(readFileSync(`${GRPC_TLS}.pem`))
  : grpc.credentials.createInsecure();
const clients = {};
let calls = 0;

function clientOf(step) {
  const key = step.gzip ? "gzip" : "plain";
  clients[key] ??= new grpc.Client(target, credentials, {
    ...(GRPC_TLS && { "grpc.ssl_target_name_override": "cart.shop", "grpc.default_authority": "cart.shop" }),
    "grpc.default_compression_algorithm": step.gzip ? GZIP : 0,
    "grpc.max_receive_message_length": -1,
    "grpc.max_metadata_size": 1 << 17,
  });
  return clients[key];
}

function* messages(step) {
  for (let number = 0; number < (step.send ?? 1); number++) {
    const body = JSON.stringify(number === 0 ? { ask: step.ask ?? {} } : {});
    yield Buffer.from(body.padEnd(step.send_bytes ?? 0));
  }
}

/** One call; never rejects. */
function call(step) {
  return new Promise((resolve) => {
    const id = `${prefix}-${++calls}`;
    const name = step.method.split("/")[1];
    const takes = TAKES.has(name);
    const gives = GIVES.has(name);
    const metadata = new grpc.Metadata({ waitForReady: true });
    metadata.set("x-request-id", id);
    if (step.metadata_bytes) metadata.set("x-large", "m".repeat(step.metadata_bytes));
    const options = step.deadline_ms ? { deadline: Date.now() + step.deadline_ms } : {};

    const began = performance.now();
    const began_at = Date.now() / 1000;
    let sent = takes ? 0 : 1;
    let received = 0;
    const count = () => received++;
    const pass = (bytes) => bytes;
    const route = [`/${step.method}`, pass, pass];
    const client = clientOf(step);
    const answered = (_, answer) => answer && count();
    let stream;
    if (takes && gives) stream = client.makeBidiStreamRequest(...route, metadata, options);
    else if (takes) stream = client.makeClientStreamRequest(...route, metadata, options, answered);
    else {
      const [message] = messages(step);
      stream = gives
        ? client.makeServerStreamRequest(...route, message, metadata, options)
        : client.makeUnaryRequest(...route, message, metadata, options, answered);
    }
    stream.on("error", () => {});
    if (gives) stream.on("data", count);
    stream.on("status", ({ code, details }) => {
      const elapsed_ms = performance.now() - began;
      // The callback of a single answer runs after this.
      setImmediate(() => {
        const { method: operation } = step;
        resolve({ id, operation, status: code, message: details, sent, received, began_at, elapsed_ms, step });
      });
    });
    if (takes) {
      for (const message of messages(step)) {
        stream.write(message);
        sent++;
      }
      stream.end();
    }
    if (step.cancel_after_ms !== undefined) setTimeout(() => stream.cancel(), step.cancel_after_ms);
  });
}

/** The calls of one step, when they have ended. */
async function take(step) {
  const records = [];
  let left = step.times ?? 1;
  const worker = async () => {
    while (left-- > 0) records.push(await call(step));
  };
  await Promise.all(Array.from({ length: step.at_once ?? 1 }, worker));
  return records;
}

for await (const line of createInterface({ input: process.stdin })) {
  const taken = [];
  for (const step of JSON.parse(line)) {
    taken.push(take(step));
    if (step.wait !== false) await taken.at(-1);
  }
  process.stdout.write(JSON.stringify((await Promise.all(taken)).flat()) + "\n");
}
Object.values(clients).forEach((client) => client.close());
