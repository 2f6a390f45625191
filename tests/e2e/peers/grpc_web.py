#!/usr/bin/env python3
"""grpc_web.py - both ends of gRPC-Web over HTTP/1 (PROTOCOL-WEB), so simple that one can see that they are right.

usage: grpc_web.py serve ADDRESS:PORT LOG
       grpc_web.py call ADDRESS:PORT     takes steps and answers as the other clients do (README.md)

A step may have `text` (base64) and `chunked` (the answer comes in chunks, a message or trailer each).
"""
import base64
import http.client
import http.server
import json
import struct
import sys
import time
import urllib.parse

TRAILER = 0x80


def frame(flags, body):
    return struct.pack(">BI", flags, len(body)) + body


def frames(data):
    while data:
        flags, length = struct.unpack_from(">BI", data)
        yield flags, data[5:5 + length]
        data = data[5 + length:]


def decode_text(data):
    """base64 that may be padded at the end of each piece."""
    return b"".join(base64.b64decode(data[at:at + 4]) for at in range(0, len(data), 4))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    log = None

    def do_POST(self):
        began = time.monotonic()
        kind = self.headers["content-type"]
        body = self.rfile.read(int(self.headers["content-length"]))
        is_text = kind.startswith("application/grpc-web-text")
        messages = list(frames(decode_text(body) if is_text else body))
        step = json.loads(messages[0][1])
        ask = step["ask"]
        time.sleep(ask.get("delay_ms", 0) / 1000)
        status = ask.get("status", 0)
        sent = ask.get("answers", 1) if status == 0 else 0
        self.log.write(json.dumps({
            "id": self.headers["x-request-id"], "operation": self.path.lstrip("/"), "status": status, "sent": sent,
            "received": len(messages), "elapsed_ms": (time.monotonic() - began) * 1000}) + "\n")
        self.log.flush()
        if status and ask.get("status_in_head"):
            self.answer(kind, [], ("grpc-status", str(status)), ("grpc-message", ask.get("message", "")))
            return
        message = urllib.parse.quote(ask.get("message", ""), safe=" !#$&'()*+,/:;=?@[]")
        pieces = [frame(0, b"a" * ask.get("answer_bytes", 20)) for _ in range(sent)]
        pieces.append(frame(TRAILER, f"grpc-status: {status}\r\ngrpc-message: {message}\r\n".encode()))
        if is_text:
            pieces = [base64.b64encode(piece) for piece in pieces]
        self.answer(kind, pieces if step.get("chunked") else [b"".join(pieces)], chunked=step.get("chunked"))

    def answer(self, kind, pieces, *fields, chunked=False):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        for name, value in fields:
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
            pieces = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces] + [b"0\r\n\r\n"]
        else:
            self.send_header("Content-Length", str(sum(map(len, pieces))))
        self.end_headers()
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(0.002)

    def log_message(self, *_):
        pass


def call(connection, step, name):
    is_text = step.get("text", False)
    kind = "application/grpc-web-text+proto" if is_text else "application/grpc-web+proto"
    body = frame(0, json.dumps({"ask": step.get("ask", {}), "chunked": step.get("chunked", False)}).encode())
    began, began_at = time.monotonic(), time.time()
    connection.request("POST", "/" + step["method"], base64.b64encode(body) if is_text else body, {
        "Content-Type": kind, "Accept": kind, "X-Grpc-Web": "1", "x-request-id": name})
    answer = connection.getresponse()
    data = answer.read()
    elapsed_ms = (time.monotonic() - began) * 1000
    received, status, message = 0, answer.getheader("grpc-status"), answer.getheader("grpc-message", "")
    for flags, body in frames(decode_text(data) if is_text else data):
        if not flags & TRAILER:
            received += 1
            continue
        trailer = dict(line.split(": ", 1) for line in body.decode().split("\r\n")[:-1])
        status, message = trailer["grpc-status"], urllib.parse.unquote(trailer["grpc-message"])
    return {"id": name, "operation": step["method"], "status": int(status), "message": message, "sent": 1,
            "received": received, "elapsed_ms": elapsed_ms, "began_at": began_at, "step": step}


def main():
    host, port = sys.argv[2].split(":")
    if sys.argv[1] == "serve":
        Handler.log = open(sys.argv[3], "a")
        http.server.ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
    connection = http.client.HTTPConnection(host, int(port))
    number = 0
    for line in sys.stdin:
        records = []
        for step in json.loads(line):
            for _ in range(step.get("times", 1)):
                number += 1
                records.append(call(connection, step, f"web-{number}"))
        print(json.dumps(records), flush=True)


main()
