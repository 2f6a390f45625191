#!/usr/bin/env node
// grpc_server.mjs - a gRPC server (@grpc/grpc-js) that does what each call asks it to. See README.md.
// usage: grpc_server.mjs ADDRESS:PORT LOG
import { appendFileSync } from "node:fs";
import grpc from "@grpc/grpc-js";

const UNARY = ["Add", "Get", "List", "Remove", "Quote", "Checkout"];
const KINDS = { Import: [true, false], Watch: [false, true], Chat: [true, true] };
const [address, log] = process.argv.slice(2);

const pass = (bytes) => bytes;
const later = (ms) => (ms ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined);

class Call {
  ask = {};
  sent = 0;
  received = 0;

  constructor(operation, stream) {
    this.operation = operation;
    this.stream = stream;
    this.began = performance.now();
    this.id = stream.metadata.get("x-request-id")[0];
  }

  hear(message) {
    if (++this.received > 1) return;
    this.ask = JSON.parse(message).ask ?? {};
    if (!this.ask.metadata_bytes) return;
    const metadata = new grpc.Metadata();
    metadata.set("x-large", "m".repeat(this.ask.metadata_bytes));
    this.stream.sendMetadata(metadata);
  }

  /** Waits, and gives the next message, or nothing if nobody waits for it any more. */
  async answer() {
    await later(this.ask.delay_ms);
    if (this.stream.cancelled) return undefined;
    this.sent++;
    return Buffer.alloc(this.ask.answer_bytes ?? 20, "a");
  }

  /** The status, as an error or null; writes what came of the call. */
  end() {
    const { operation, id, sent, received } = this;
    const status = this.stream.cancelled ? 1 : this.ask.status ?? 0;
    const elapsed_ms = performance.now() - this.began;
    appendFileSync(log, JSON.stringify({ id, operation, status, sent, received, elapsed_ms }) + "\n");
    return status ? Object.assign(new Error(), { code: status, details: this.ask.message ?? "" }) : null;
  }
}

async function single(call, callback) {
  const fails = (call.ask.status ?? 0) !== 0;
  const answer = await call.answer();
  if (fails) call.sent = 0;
  callback(call.end(), fails ? null : answer);
}

async function finish(call) {
  const error = call.end();
  if (error) call.stream.emit("error", error);
  else call.stream.end();
}

const handlers = {
  unary: (operation) => (stream, callback) => {
    const call = new Call(operation, stream);
    call.hear(stream.request);
    single(call, callback);
  },
  import: (operation) => (stream, callback) => {
    const call = new Call(operation, stream);
    stream.on("data", (message) => call.hear(message));
    stream.on("end", () => single(call, callback));
  },
  watch: (operation) => async (stream) => {
    const call = new Call(operation, stream);
    call.hear(stream.request);
    for (let number = 0; number < (call.ask.answers ?? 1); number++) {
      const answer = await call.answer();
      if (!answer) break;
      stream.write(answer);
    }
    finish(call);
  },
  chat: (operation) => (stream) => {
    const call = new Call(operation, stream);
    let turn = Promise.resolve();
    stream.on("data", (message) => {
      turn = turn.then(async () => {
        call.hear(message);
        const answer = await call.answer();
        if (answer) stream.write(answer);
      });
    });
    stream.on("end", () => turn.then(() => finish(call)));
  },
};

const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_metadata_size": 1 << 17 });
for (const service of ["shop.Cart", "shop.Stock"]) {
  const definition = {};
  const methods = {};
  for (const name of [...UNARY, ...Object.keys(KINDS)]) {
    const [requestStream, responseStream] = KINDS[name] ?? [false, false];
    definition[name] = {
      path: `/${service}/${name}`, requestStream, responseStream,
      requestSerialize: pass, requestDeserialize: pass, responseSerialize: pass, responseDeserialize: pass,
    };
    methods[name] = handlers[KINDS[name] ? name.toLowerCase() : "unary"](`${service}/${name}`);
  }
  server.addService(definition, methods);
}
server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
