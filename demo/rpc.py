"""rpc.py - gRPC for the shop's services: messages are protobuf (a Struct each), services are tables
of functions.

A client of several replicas does what most do: it asks for all addresses and keeps to one of them,
the first that answers (pick_first), for as long as the connection lasts.
"""
import concurrent.futures
import functools
import socket

import grpc
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

PORT = 50051
CODES = {code.name: code for code in grpc.StatusCode}


class Failure(Exception):
    """A call that ends with this status: the server raises it, and so does the client."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


def pack(values):
    message = Struct()
    message.update(values)
    return message.SerializeToString()


def unpack(data):
    return MessageToDict(Struct.FromString(data))


# --- asking ---------------------------------------------------------------------------------------

@functools.cache
def channel(name, first):
    """One channel for the process; `first` says at which of the addresses it begins."""
    found = socket.getaddrinfo(name, PORT, type=socket.SOCK_STREAM)
    addresses = sorted({address for *_, (address, _) in found})
    places = [f"{address}:{PORT}" for address in addresses[first:] + addresses[:first]]
    return grpc.insecure_channel("ipv4:" + ",".join(places), options=[
        ("grpc.default_authority", f"{name}:{PORT}"), ("grpc.primary_user_agent", "shop")])


class Client:
    """Calls of one service: Client("cart", "shop.Cart")."""

    def __init__(self, name, service, first=0):
        self.name, self.service, self.first = name, service, first

    def method(self, kind, method):
        make = getattr(channel(self.name, self.first), kind)
        return functools.partial(make(f"/{self.service}/{method}", pack, unpack), wait_for_ready=True)

    def call(self, method, values, metadata=(), timeout=5):
        try:
            return self.method("unary_unary", method)(values, metadata=metadata, timeout=timeout)
        except grpc.RpcError as error:
            raise Failure(error.code().name, error.details()) from error

    def stream(self, method, values, metadata=()):
        """All messages of the answer, as they come."""
        return self.method("unary_stream", method)(values, metadata=metadata)

    def chat(self, method, messages, metadata=()):
        """Says `messages` and hears the answers to them."""
        return self.method("stream_stream", method)(messages, metadata=metadata)


# --- answering ------------------------------------------------------------------------------------

def handler(kind, function):
    """`function` gets what was asked and the metadata; what it raises is the call's status."""
    def single(asked, context):
        try:
            return function(asked, dict(context.invocation_metadata()))
        except Failure as failure:
            return context.abort(CODES[failure.status], str(failure))

    def several(asked, context):
        try:
            yield from function(asked, dict(context.invocation_metadata()))
        except Failure as failure:
            context.abort(CODES[failure.status], str(failure))

    make = getattr(grpc, f"{kind}_rpc_method_handler")
    return make(single if kind == "unary_unary" else several, unpack, pack)


def serve(service, functions, age_s=None):
    """`functions`: by method, (kind, function). With an age, connections are ended in order after it
    (GOAWAY)."""
    options = [("grpc.max_connection_age_ms", age_s * 1000)] if age_s else []
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(24), options=options)
    handlers = {method: handler(*how) for method, how in functions.items()}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    server.add_insecure_port(f"0.0.0.0:{PORT}")
    server.start()
    return server
