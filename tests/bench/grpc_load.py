#!/usr/bin/python3
"""grpc_load.py - unary gRPC calls (grpcio) at both ends: a server that answers them, a load generator that counts.

usage: grpc_load.py serve ADDRESS:PORT
       grpc_load.py call ADDRESS:PORT CALLS SECONDS     begins no further call after SECONDS
"""
import collections
import concurrent.futures
import sys
import time

import grpc

METHODS = ("shop.Cart/Get", "shop.Cart/Add", "shop.Stock/Quote", "shop.Orders/List")
CHANNELS = 64  # each a connection with one call at a time, so that calls do not share packets


class Shop(grpc.GenericRpcHandler):
    """Every method there is; an answer is twice as long as what was asked."""

    def service(self, call):
        return grpc.unary_unary_rpc_method_handler(lambda ask, _: ask + ask)


def serve(target):
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((Shop(),))
    server.add_insecure_port(target)
    server.start()
    server.wait_for_termination()


def call(target, calls, seconds):
    options = [("grpc.use_local_subchannel_pool", 1)]  # or all channels would be one connection
    channels = [grpc.insecure_channel(target, options) for _ in range(CHANNELS)]
    methods = [channel.unary_unary("/" + name) for name in METHODS for channel in channels]  # its channels in turn
    until, begun, ended, open_calls = time.monotonic() + seconds, 0, 0, collections.deque()
    while open_calls or begun < calls:
        if len(open_calls) == CHANNELS or begun == calls:
            open_calls.popleft().result()
            ended += 1
        if begun < calls:
            metadata = (("x-session", f"{begun % 500:08x}"), ("x-tenant", "lamps"))
            open_calls.append(methods[begun % len(methods)].future(b"m" * (40 + begun % 160), metadata=metadata))
            begun += 1
        if time.monotonic() > until:
            calls = begun
    print(f"{ended} calls ended with OK")
    for channel in channels:
        channel.close()


if sys.argv[1] == "serve":
    serve(sys.argv[2])
else:
    call(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
