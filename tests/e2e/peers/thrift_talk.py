#!/usr/bin/env python3
"""thrift_talk.py - both ends of a service of Thrift, with Debian's python3-thrift: binary protocol with and without frames,
compact protocol in frames.

usage: thrift_talk.py server ADDRESS PORT JOURNAL       on PORT, PORT + 1 and PORT + 2
       thrift_talk.py client ADDRESS PORT SECRET TIMES

Each call becomes a line of the journal: name, and what came of it. `pay` fails as declared, `break` does not, nobody knows
`steal`, `log` has no answer, `list` has a large one.
"""
import json
import sys
import threading

from thrift.protocol import TBinaryProtocol, TCompactProtocol
from thrift.protocol.TMultiplexedProtocol import TMultiplexedProtocol
from thrift.server import TServer
from thrift.Thrift import TApplicationException, TMessageType, TType
from thrift.transport import TSocket, TTransport

BUFFERED, FRAMED = TTransport.TBufferedTransportFactory, TTransport.TFramedTransportFactory
KINDS = [(BUFFERED, TBinaryProtocol.TBinaryProtocolFactory), (FRAMED, TBinaryProtocol.TBinaryProtocolFactory),
         (FRAMED, TCompactProtocol.TCompactProtocolFactory)]


def write_text(proto, number, texts):
    proto.writeFieldBegin("texts", TType.LIST, number)
    proto.writeListBegin(TType.STRING, len(texts))
    for text in texts:
        proto.writeString(text)
    proto.writeListEnd()
    proto.writeFieldEnd()


class Processor:
    def __init__(self, journal):
        self.journal, self.lock = open(journal, "w"), threading.Lock()

    def on_message_begin(self, function):
        pass

    def process(self, asked, told):
        name, kind, number = asked.readMessageBegin()
        asked.skip(TType.STRUCT)
        asked.readMessageEnd()
        method = name.split(":")[-1]
        came = {"pay": "EXCEPTION", "break": "INTERNAL_ERROR", "steal": "UNKNOWN_METHOD", "log": None}.get(method, "OK")
        with self.lock:
            self.journal.write(json.dumps({"name": name, "status": came}) + "\n")
            self.journal.flush()
        if kind == TMessageType.ONEWAY:
            return
        failed = {"break": TApplicationException.INTERNAL_ERROR, "steal": TApplicationException.UNKNOWN_METHOD}.get(method)
        told.writeMessageBegin(method, TMessageType.REPLY if failed is None else TMessageType.EXCEPTION, number)
        if failed is not None:
            TApplicationException(failed, "it was asked for hunter2-canary").write(told)
        else:
            told.writeStructBegin("result")
            if came == "EXCEPTION":
                told.writeFieldBegin("declined", TType.STRUCT, 1)
                told.writeStructBegin("Declined")
                write_text(told, 1, ["hunter2-canary"])
                told.writeFieldStop()
                told.writeStructEnd()
                told.writeFieldEnd()
            elif method != "clear":
                write_text(told, 0, ["hunter2-canary"] * (300 if method == "list" else 1))
            told.writeFieldStop()
            told.writeStructEnd()
        told.writeMessageEnd()
        told.trans.flush()


def serve(address, port, journal):
    processor = Processor(journal)
    for offset, (transport, protocol) in enumerate(KINDS):
        server = TServer.TThreadedServer(processor, TSocket.TServerSocket(address, port + offset), transport(), protocol(),
                                         daemon=True)
        threading.Thread(target=server.serve).start()


def call(proto, name, number, secret, kind=TMessageType.CALL):
    proto.writeMessageBegin(name, kind, number)
    proto.writeStructBegin("args")
    write_text(proto, 1, [secret, secret])
    proto.writeFieldStop()
    proto.writeStructEnd()
    proto.writeMessageEnd()
    proto.trans.flush()
    if kind == TMessageType.CALL:
        proto.readMessageBegin()
        proto.skip(TType.STRUCT)
        proto.readMessageEnd()


def ask(address, port, secret, times):
    for offset, (transport, protocol) in enumerate(KINDS):
        link = transport().getTransport(TSocket.TSocket(address, port + offset))
        link.open()
        proto = protocol().getProtocol(link)
        for _ in range(times):
            call(proto, "add", 0, secret)
        for number, name in enumerate(["get", "pay", "break", "clear", "steal", "list"]):
            call(proto, name, number, secret)
        call(proto, "log", 7, secret, TMessageType.ONEWAY)
        call(TMultiplexedProtocol(proto, "Cart"), "add", 8, secret)
        link.close()


if sys.argv[1] == "server":
    serve(sys.argv[2], int(sys.argv[3]), sys.argv[4])
else:
    ask(sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
