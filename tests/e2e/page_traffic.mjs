// Capture files made here. A small shop: web asks cart and users, users fails often, and somebody asks
// for a path that is an attack. And gRPC, badly balanced.

export const HOSTILE = "<img/src=x/onerror=document.title='pwned'>";

const START_S = 1800000000;

function checksumless(client, server, sport, dport, seq, ack, flags, payload) {
  const frame = Buffer.alloc(54 + payload.length);
  frame.writeUInt16BE(0x0800, 12); // Ethernet: IPv4
  frame[14] = 0x45;
  frame.writeUInt16BE(40 + payload.length, 16);
  frame[22] = 64;
  frame[23] = 6; // TCP
  client.forEach((byte, i) => (frame[26 + i] = byte));
  server.forEach((byte, i) => (frame[30 + i] = byte));
  frame.writeUInt16BE(sport, 34);
  frame.writeUInt16BE(dport, 36);
  frame.writeUInt32BE(seq >>> 0, 38);
  frame.writeUInt32BE(ack >>> 0, 42);
  frame[46] = 0x50;
  frame[47] = flags;
  frame.writeUInt16BE(65535, 48);
  payload.copy(frame, 54);
  return frame;
}

const SYN = 2;
const ACK = 16;
const PSH = 8;
const FIN = 1;

class Capture {
  frames = [];

  /** `make` makes the frame when all before it have been made. */
  add(timeUs, make) {
    this.frames.push({ timeUs, make });
  }

  /** A connection that stays open; what is said on it comes `atMs` after the start. */
  connect(atMs, client, server, port, sport) {
    const seq = { up: 1000, down: 5000 };
    const send = (ms, dir, flags, data = Buffer.alloc(0)) => {
      const back = dir === "up" ? "down" : "up";
      const [from, to, fromPort, toPort] = dir === "up" ? [client, server, sport, port] : [server, client, port, sport];
      this.add(ms * 1000, () => {
        const frame = checksumless(from, to, fromPort, toPort, seq[dir], flags & ACK ? seq[back] : 0, flags, data);
        seq[dir] += data.length + (flags & SYN ? 1 : 0);
        return frame;
      });
    };
    send(atMs, "up", SYN);
    send(atMs + 0.1, "down", SYN | ACK);
    send(atMs + 0.2, "up", ACK);
    const say = (ms, dir, data) => send(ms, dir, PSH | ACK, data);
    /** So many bytes are sent, and never captured. */
    say.lose = (ms, dir, count) => this.add(ms * 1000, () => ((seq[dir] += count), null));
    return say;
  }

  /** One connection with one request and its answer, `tookMs` apart. */
  exchange(atMs, client, server, port, sport, request, answer, tookMs) {
    const none = Buffer.alloc(0);
    const ask = Buffer.from(request);
    const reply = Buffer.from(answer);
    let us = atMs * 1000;
    const up = (flags, seq, ack, data = none) =>
      this.add((us += 100), () => checksumless(client, server, sport, port, seq, ack, flags, data));
    const down = (flags, seq, ack, data = none) =>
      this.add((us += 100), () => checksumless(server, client, port, sport, seq, ack, flags, data));
    up(SYN, 1000, 0);
    down(SYN | ACK, 5000, 1001);
    up(ACK, 1001, 5001);
    up(PSH | ACK, 1001, 5001, ask);
    us += tookMs * 1000;
    down(PSH | ACK, 5001, 1001 + ask.length, reply);
    up(FIN | ACK, 1001 + ask.length, 5001 + reply.length);
    down(FIN | ACK, 5001 + reply.length, 1002 + ask.length);
  }

  bytes() {
    const head = Buffer.alloc(24);
    head.writeUInt32LE(0xa1b2c3d4, 0);
    head.writeUInt16LE(2, 4);
    head.writeUInt16LE(4, 6);
    head.writeUInt32LE(65535, 16);
    head.writeUInt32LE(1, 20); // Ethernet
    const parts = [head];
    this.frames.sort((a, b) => a.timeUs - b.timeUs);
    for (const { timeUs, make } of this.frames) {
      const frame = make();
      if (!frame) continue;
      const record = Buffer.alloc(16);
      record.writeUInt32LE(START_S + Math.floor(timeUs / 1e6), 0);
      record.writeUInt32LE(timeUs % 1e6, 4);
      record.writeUInt32LE(frame.length, 8);
      record.writeUInt32LE(frame.length, 12);
      parts.push(record, frame);
    }
    return Buffer.concat(parts);
  }
}

const get = (path, host) => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const answer = (status) => `HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\nok`;

export function shop() {
  const capture = new Capture();
  const web = [10, 0, 0, 1];
  const cart = [10, 0, 0, 2];
  const users = [10, 0, 0, 3];
  for (let i = 0; i < 100; i++) {
    const at = i * 600;
    capture.exchange(at, web, cart, 8080, 20000 + i, get(`/cart/${i}`, "cart"), answer(200), 5 + (i % 9));
    capture.exchange(at + 30, web, users, 8080, 30000 + i, get("/login", "users"), answer(i % 4 ? 200 : 503), 40);
  }
  capture.exchange(61000, web, cart, 8080, 40000, get("/" + HOSTILE, "cart"), answer(404), 3);
  return capture.bytes();
}

/** HTTP/2, RFC 9113: a frame. */
function frame(type, flags, stream, payload) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const DATA = 0;
const HEADERS = 1;
const SETTINGS = 4;
const END_STREAM = 1;
const END_HEADERS = 4;

/** RFC 7541: each field as a literal that enters no table. */
function fields(list) {
  const text = (value) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  return Buffer.concat(list.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

const heads = (stream, end, list) => frame(HEADERS, END_HEADERS | end, stream, fields(list));

/** One gRPC message of `size` bytes. */
function message(stream, end, size) {
  const payload = Buffer.alloc(5 + size);
  payload.writeUInt32BE(size, 1);
  return frame(DATA, end, stream, payload);
}

/** A channel of gRPC over one connection. */
class Channel {
  stream = 1;

  constructor(capture, atMs, client, server, sport) {
    this.send = capture.connect(atMs, client, server, 50051, sport);
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    this.send(atMs + 1, "up", Buffer.concat([preface, frame(SETTINGS, 0, 0, Buffer.alloc(0))]));
    this.send(atMs + 1.5, "down", frame(SETTINGS, 0, 0, Buffer.alloc(0)));
  }

  ask(atMs, path) {
    const stream = this.stream;
    this.stream += 2;
    const asked = [[":method", "POST"], [":scheme", "http"], [":path", path], [":authority", "orders"], ["content-type", "application/grpc"], ["te", "trailers"]];
    this.send(atMs, "up", Buffer.concat([heads(stream, 0, asked), message(stream, END_STREAM, 20)]));
    return stream;
  }

  /** Answers with `count` messages `gapMs` apart; `ends`: and a status. */
  answer(atMs, stream, count, gapMs, ends) {
    this.send(atMs, "down", heads(stream, 0, [[":status", "200"], ["content-type", "application/grpc"]]));
    for (let i = 0; i < count; i++) this.send(atMs + 0.5 + i * gapMs, "down", message(stream, 0, 40));
    if (ends) this.send(atMs + 1 + count * gapMs, "down", heads(stream, END_STREAM, [["grpc-status", "0"]]));
  }
}

/** Two minutes after the shop: three backends of orders, of which one gets nearly all calls; a stream ends,
 * and one goes on. */
export function grpc() {
  const capture = new Capture();
  const web = [10, 0, 0, 1];
  const channels = [21, 22, 23].map((host, i) => new Channel(capture, 120000, web, [10, 0, 0, host], 45000 + i));
  const watch = (i, atMs, count, ends) => channels[i].answer(atMs + 5, channels[i].ask(atMs, "/shop.Orders/Watch"), count, 500, ends);
  watch(0, 120050, 20, true);
  watch(1, 120060, 55, false);
  for (let i = 0; i < 140; i++) {
    const channel = channels[i % 35 === 1 ? 1 : i % 70 === 2 ? 2 : 0];
    const at = 120100 + i * 200;
    channel.answer(at + 8, channel.ask(at, "/shop.Orders/Add"), 1, 1, true);
  }
  return capture.bytes();
}

/** Three minutes after the shop: of every fourth answer of stock a segment is lost, and acknowledged. */
export function torn() {
  const capture = new Capture();
  const say = capture.connect(180000, [10, 0, 0, 1], [10, 0, 0, 4], 8080, 46000);
  for (let i = 0; i < 20; i++) {
    const at = 180100 + i * 100;
    say(at, "up", Buffer.from(get(`/stock/${i}`, "stock")));
    const body = Buffer.alloc(1000, "x");
    const reply = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
    if (i % 4 === 1) say.lose(at + 5, "down", reply.length);
    else say(at + 5, "down", reply);
  }
  return capture.bytes();
}

/** So many services in subnets of a hundred, in five layers; each calls `calls` of the next one. Two in a hundred
 * of them fail. */
export function crowd(services, calls = 2) {
  const capture = new Capture();
  const host = (i) => [10, 1 + Math.floor(i / 25000), Math.floor(i / 100) % 250, 10 + (i % 100)];
  const layer = Math.ceil(services / 5);
  let sport = 20000;
  for (let i = 0; i < services - layer; i++)
    for (let k = 0; k < calls; k++) {
      const to = (Math.floor(i / layer) + 1) * layer + ((i * 7 + k * 13) % layer);
      if (to >= services) continue;
      for (let minute = 0; minute < 2; minute++) {
        const at = minute * 60000 + ((i * 29 + k * 11) % 55000);
        sport = sport < 60000 ? sport + 1 : 20000;
        const status = to % 50 ? 200 : 503;
        capture.exchange(at, host(i), host(to), 8080, sport, get(`/s/${to % 10}`, `svc-${String(to).padStart(4, "0")}`), answer(status), 2 + (to % 20));
      }
    }
  return capture.bytes();
}
