// A capture file of a small shop, made here: web asks cart and users, users fails often, and somebody
// asks for a path that is an attack.

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

  add(timeUs, frame) {
    this.frames.push({ timeUs, frame });
  }

  /** One connection with one request and its answer, `tookMs` apart. */
  exchange(atMs, client, server, port, sport, request, answer, tookMs) {
    const none = Buffer.alloc(0);
    const ask = Buffer.from(request);
    const reply = Buffer.from(answer);
    let us = atMs * 1000;
    const up = (flags, seq, ack, data = none) =>
      this.add((us += 100), checksumless(client, server, sport, port, seq, ack, flags, data));
    const down = (flags, seq, ack, data = none) =>
      this.add((us += 100), checksumless(server, client, port, sport, seq, ack, flags, data));
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
    for (const { timeUs, frame } of this.frames) {
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
