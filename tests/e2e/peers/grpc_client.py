#!/usr/bin/python3
"""grpc_client.py - a gRPC client (grpcio) that takes steps and tells what came of each call. See README.md.

usage: grpc_client.py ADDRESS:PORT [PREFIX-OF-IDS [AUTHORITY]]
"""
import concurrent.futures
import itertools
import json
import os
import sys
import threading
import time

import grpc

KINDS = {"Import": "stream_unary", "Watch": "unary_stream", "Chat": "stream_stream"}


class Client:
    def __init__(self, target, prefix="py", authority=None):
        options = [("grpc.max_metadata_size", 1 << 17), ("grpc.max_receive_message_length", -1)]
        if authority:
            options.append(("grpc.default_authority", authority))
        self.channel = grpc.insecure_channel(target, options)
        self.prefix, self.numbers = prefix, itertools.count(1)

    def run(self, steps):
        records = []
        for step in steps:
            pool = concurrent.futures.ThreadPoolExecutor(step.get("at_once", 1))
            records += [pool.submit(self.call, step, f"{self.prefix}-{next(self.numbers)}")
                        for _ in range(step.get("times", 1))]
            pool.shutdown(wait=step.get("wait", True))
        return [record.result() for record in records]

    def call(self, step, name):
        kind = KINDS.get(step["method"].rpartition("/")[2], "unary_unary")
        sent = 0

        def messages():
            nonlocal sent
            for number in range(step.get("send", 1)):
                first = {"ask": step.get("ask", {})} if number == 0 else {}
                body = json.dumps(first).encode()
                sent += 1
                yield body + b" " * (step.get("send_bytes", 0) - len(body))
                time.sleep(step.get("send_every_ms", 0) / 1000)

        metadata = [("x-request-id", name)]
        if size := step.get("metadata_bytes"):
            metadata.append(("x-large", "m" * size))
        how = {"metadata": metadata, "compression": grpc.Compression.Gzip if step.get("gzip") else None,
               "timeout": step["deadline_ms"] / 1000 if "deadline_ms" in step else None,
               "wait_for_ready": True}
        method = getattr(self.channel, kind)("/" + step["method"])
        start = method.future if kind.endswith("unary") else method
        began, began_at = time.monotonic(), time.time()
        call = start(messages() if kind.startswith("stream") else next(messages()), **how)
        if "cancel_after_ms" in step:
            threading.Timer(step["cancel_after_ms"] / 1000, call.cancel).start()
        received = self.read(call, kind)
        return {"id": name, "operation": step["method"], "status": call.code().value[0],
                "message": call.details() or "", "sent": sent, "received": received, "began_at": began_at,
                "elapsed_ms": (time.monotonic() - began) * 1000, "step": step}

    @staticmethod
    def read(call, kind):
        """How many messages came."""
        received = 0
        try:
            for _ in call if kind.endswith("stream") else [call.result()]:
                received += 1
        except (grpc.RpcError, grpc.FutureCancelledError):
            pass
        return received


def main():
    client = Client(*sys.argv[1:])
    for line in sys.stdin:
        print(json.dumps(client.run(json.loads(line))), flush=True)
    client.channel.close()
    os._exit(0)  # without waiting for threads of calls that were cancelled


main()
