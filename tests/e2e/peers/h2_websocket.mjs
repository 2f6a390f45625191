// h2_websocket.mjs - WebSocket over HTTP/2 (RFC 8441) by node's own http2: a server that echoes each message and then sends it
// twenty times over, and a client that counts what it sees. Frames are made here, and written to streams in pieces that do not end
// where frames do.
//
// usage: h2_websocket.mjs server ADDRESS PORT
//        h2_websocket.mjs client ADDRESS PORT SECRET MESSAGES PINGS     prints a JSON object a stream
import http2 from "node:http2";

const TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10;

function frame(opcode, payload, masked) {
    const long = payload.length > 125;
    const head = Buffer.from([0x80 | opcode, (masked ? 0x80 : 0) | (long ? 126 : payload.length)]);
    const length = Buffer.alloc(long ? 2 : 0);
    if (long)
        length.writeUInt16BE(payload.length);
    const mask = Buffer.from(masked ? [0x5a, 0xa5, 0x0f, 0xf0] : []);
    const body = masked ? payload.map((byte, at) => byte ^ mask[at % 4]) : payload;
    return Buffer.concat([head, length, mask, body]);
}

// Calls `each(opcode, payload)` for the frames in what comes in.
function reader(each) {
    let rest = Buffer.alloc(0);
    return (chunk) => {
        rest = Buffer.concat([rest, chunk]);
        for (;;) {
            if (rest.length < 2)
                return;
            let at = 2, length = rest[1] & 0x7f;
            const masked = rest[1] & 0x80;
            if (length === 126) {
                if (rest.length < 4)
                    return;
                length = rest.readUInt16BE(2);
                at = 4;
            }
            const mask = masked ? rest.subarray(at, at + 4) : null;
            at += masked ? 4 : 0;
            if (rest.length < at + length)
                return;
            const payload = rest.subarray(at, at + length).map((byte, n) => masked ? byte ^ mask[n % 4] : byte);
            const opcode = rest[0] & 0x0f;
            rest = rest.subarray(at + length);
            each(opcode, Buffer.from(payload));
        }
    };
}

// In pieces, the first of which ends inside a frame's head.
function write(stream, bytes) {
    stream.write(bytes.subarray(0, 1));
    stream.write(bytes.subarray(1));
}

function serve(address, port) {
    const server = http2.createServer({ settings: { enableConnectProtocol: true } });
    server.on("stream", (stream, headers) => {
        if (headers[":method"] !== "CONNECT" || headers[":protocol"] !== "websocket" || headers[":path"] === "/closed") {
            stream.respond({ ":status": headers[":path"] === "/closed" ? 403 : 200 }, { endStream: true });
            return;
        }
        stream.respond({ ":status": 200 });
        stream.on("error", () => {});
        stream.on("data", reader((opcode, payload) => {
            if (opcode === PING)
                write(stream, frame(PONG, payload));
            if (opcode === CLOSE)
                stream.end(frame(CLOSE, payload));
            if (opcode !== TEXT && opcode !== BINARY)
                return;
            if (headers[":path"] === "/broken") {
                stream.end(frame(CLOSE, Buffer.concat([Buffer.from([1011 >> 8, 1011 & 255]), payload])));
                return;
            }
            write(stream, frame(opcode, payload));
            write(stream, frame(opcode, Buffer.concat(Array(20).fill(payload))));
        }));
    });
    server.listen(port, address);
}

function talk(session, authority, path, secret, messages, pings) {
    return new Promise((resolve) => {
        const seen = { path, status: 0, sent: 0, received: 0, pongs: 0, code: null };
        const stream = session.request({ ":method": "CONNECT", ":protocol": "websocket", ":path": path, ":scheme": "http",
                                         ":authority": authority }, { endStream: false });
        const next = () => {
            if (seen.sent < messages) {
                const payload = seen.sent % 2 ? Buffer.alloc(3000, "x") : Buffer.from(secret);
                write(stream, frame(seen.sent++ % 2 ? BINARY : TEXT, payload, true));
            } else if (seen.pongs < pings) {
                write(stream, frame(PING, Buffer.from("now"), true));
            } else {
                stream.end(frame(CLOSE, Buffer.from([1000 >> 8, 1000 & 255]), true));
            }
        };
        stream.on("response", (headers) => {
            seen.status = headers[":status"];
            if (seen.status === 200)
                next();
            else
                stream.end();
        });
        stream.on("data", reader((opcode, payload) => {
            if (opcode === PONG) {
                seen.pongs++;
                next();
            } else if (opcode === CLOSE) {
                seen.code = payload.readUInt16BE(0);
                if (!stream.writableEnded)
                    stream.end(frame(CLOSE, payload.subarray(0, 2), true));
            } else if (++seen.received % 2 === 0) {
                next();
            }
        }));
        stream.on("error", () => {});
        stream.on("close", () => resolve(seen));
    });
}

async function ask(address, port, secret, messages, pings) {
    const session = http2.connect(`http://${address}:${port}`);
    await new Promise((resolve) => session.once("remoteSettings", resolve));
    const authority = "chat.shop";
    const all = await Promise.all(["/chat/1", "/chat/2", "/broken", "/closed"].map(
        (path) => talk(session, authority, path, secret, messages, pings)));
    for (const one of all)
        console.log(JSON.stringify(one));
    session.close();
}

const [role, address, port, secret, messages, pings] = process.argv.slice(2);
if (role === "server")
    serve(address, Number(port));
else
    await ask(address, Number(port), secret, Number(messages), Number(pings));
