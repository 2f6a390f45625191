#!/usr/bin/python3
"""grpc_server.py - a gRPC server (grpcio) that does what each call asks it to. See README.md.

usage: grpc_server.py ADDRESS:PORT LOG
"""
import concurrent.futures
import json
import os
import sys
import threading
import time

import grpc

KINDS = {"Import": (True, False), "Watch": (False, True), "Chat": (True, True)}
CODES = {code.value[0]: code for code in grpc.StatusCode}
TICK_S = 0.02


class Call:
    def __init__(self, server, operation, context):
        self.server, self.operation, self.context = server, operation, context
        self.began = time.monotonic()
        self.ask, self.sent, self.received = {}, 0, 0
        self.id = dict(context.invocation_metadata()).get("x-request-id")
        server.note({"begins": self.id})

    def hear(self, message):
        self.received += 1
        if self.received == 1:
            self.ask = json.loads(message).get("ask", {})
            if self.ask.get("gzip"):
                self.context.set_compression(grpc.Compression.Gzip)
            if size := self.ask.get("metadata_bytes"):
                self.context.send_initial_metadata((("x-large", "m" * size),))

    def answer(self):
        """Waits, and returns the next message, or None if nobody waits for it any more."""
        until = time.monotonic() + self.ask.get("delay_ms", 0) / 1000
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, TICK_S))
            if not self.context.is_active():
                return None
        self.sent += 1
        return b"a" * self.ask.get("answer_bytes", 20)

    def end(self):
        """Writes what came of the call; one that fails ends here, without a further message."""
        status = self.ask.get("status", 0)
        if not self.context.is_active():
            status = 1
        self.server.note({"id": self.id, "operation": self.operation, "status": status, "sent": self.sent,
                          "received": self.received, "elapsed_ms": (time.monotonic() - self.began) * 1000})
        if status > 1:
            self.context.abort(CODES[status], self.ask.get("message", ""))


class Server(grpc.GenericRpcHandler):
    def __init__(self, log):
        self.log, self.lock = log, threading.Lock()

    def note(self, record):
        with self.lock:
            self.log.write(json.dumps(record) + "\n")
            self.log.flush()

    def service(self, details):
        operation = details.method.lstrip("/")
        method = operation.rpartition("/")[2]
        if method == "Missing":
            return None
        takes, gives = KINDS.get(method, (False, False))
        run = self.stream if gives else self.single
        kind = ("stream" if takes else "unary") + "_" + ("stream" if gives else "unary")
        return getattr(grpc, f"{kind}_rpc_method_handler")(
            lambda messages, context: run(Call(self, operation, context), messages if takes else [messages]))

    @staticmethod
    def single(call, messages):
        for message in messages:
            call.hear(message)
        fails = call.ask.get("status", 0) != 0
        answer = call.answer()
        if fails:
            call.sent = 0
        call.end()
        return answer or b""

    @staticmethod
    def stream(call, messages):
        for message in messages:
            call.hear(message)
            answers = 1 if call.operation.endswith("Chat") else call.ask.get("answers", 1)
            for _ in range(answers):
                answer = call.answer()
                if answer is None:
                    break
                yield answer
        call.end()


def main():
    with open(sys.argv[2], "a") as log:
        server = grpc.server(concurrent.futures.ThreadPoolExecutor(24), options=[
            ("grpc.max_metadata_size", 1 << 17), ("grpc.max_receive_message_length", -1),
            ("grpc.so_reuseport", 0)])
        server.add_generic_rpc_handlers((Server(log),))
        if at := os.environ.get("GRPC_TLS"):
            with open(f"{at}.key", "rb") as key, open(f"{at}.pem", "rb") as certificate:
                pair = key.read(), certificate.read()
            server.add_secure_port(sys.argv[1], grpc.ssl_server_credentials([pair]))
        else:
            server.add_insecure_port(sys.argv[1])
        server.start()
        server.wait_for_termination()


main()
