#!/usr/bin/env python3
"""mongodb_server.py - a server of MongoDB, as far as its drivers need one: documents in memory, found all or none. Every
request becomes a line of its journal: command, database, collection, documents written, error, and whether it is answered
or compressed.

usage: mongodb_server.py ADDRESS PORT JOURNAL   needs python3-bson

Nobody may read a collection that is called "sealed". A change stream has something to tell every 0.3 seconds, and a hello
that waits every 0.5.
"""
import json
import socket
import struct
import sys
import threading
import time
import zlib

import bson

OP_REPLY, OP_QUERY, OP_COMPRESSED, OP_MSG = 1, 2004, 2012, 2013
CHECKSUM, MORE_TO_COME, EXHAUST_ALLOWED = 1, 2, 1 << 16
ZLIB = 2
ERRORS = {13: "Unauthorized", 18: "AuthenticationFailed", 59: "CommandNotFound"}
PROCESS = bson.ObjectId()
CHANGES = 7777


class Server:
    def __init__(self, journal):
        self.journal, self.lock = open(journal, "w"), threading.Lock()
        self.documents, self.cursors = {}, {}

    def note(self, **facts):
        with self.lock:
            self.journal.write(json.dumps(facts) + "\n")
            self.journal.flush()

    # --- commands: each returns an answer ---

    @staticmethod
    def hello(body):
        offered = [name for name in body.get("compression", []) if name == "zlib"]
        return {"ismaster": True, "maxBsonObjectSize": 16 << 20, "maxMessageSizeBytes": 48000000, "maxWriteBatchSize": 100000,
                "minWireVersion": 0, "maxWireVersion": 9, "readOnly": False, "logicalSessionTimeoutMinutes": 30,
                "topologyVersion": {"processId": PROCESS, "counter": bson.Int64(0)}, "compression": offered, "ok": 1.0}

    @staticmethod
    def fail(code):
        return {"ok": 0.0, "errmsg": "of what was asked, all is repeated here", "code": code, "codeName": ERRORS[code]}

    def insert(self, name, body):
        known = {document["_id"] for document in self.documents.setdefault(name, [])}
        errors = []
        for index, document in enumerate(body["documents"]):
            if document["_id"] in known:
                errors.append({"index": index, "code": 11000, "errmsg": f"duplicate key: {document}"})
                continue
            known.add(document["_id"])
            self.documents[name].append(document)
        answer = {"n": len(body["documents"]) - len(errors), "ok": 1.0}
        return {**answer, "writeErrors": errors} if errors else answer

    def batch(self, name, documents, size, key):
        cursor = bson.Int64(0)
        if size and len(documents) > size:
            cursor = bson.Int64(len(self.cursors) + 1000)
            self.cursors[cursor] = documents[size:]
            documents = documents[:size]
        return {"cursor": {key: documents, "id": cursor, "ns": name}, "ok": 1.0}

    def get_more(self, name, body):
        if body["getMore"] == CHANGES:
            time.sleep(0.3)
            change = {"_id": {"_data": "x"}, "operationType": "invalid", "ns": {"db": "shop", "coll": "orders"}}
            return {"cursor": {"nextBatch": [change], "id": bson.Int64(CHANGES), "ns": name}, "ok": 1.0}
        return self.batch(name, self.cursors.pop(body["getMore"], []), body.get("batchSize"), "nextBatch")

    def run(self, command, name, body):
        if command in ("ismaster", "isMaster", "hello"):
            return self.hello(body)
        if command in ("ping", "endSessions", "killCursors", "drop"):
            return {"ok": 1.0}
        if name.endswith(".sealed"):
            return self.fail(13)
        if command == "saslStart":
            return self.fail(18)
        if command == "insert":
            return self.insert(name, body)
        if command in ("update", "delete"):
            return {"n": len(self.documents.get(name, [])), "nModified": 1, "ok": 1.0}
        if command == "find":
            found = self.documents.get(name, [])
            return self.batch(name, found[:body.get("limit") or len(found)], body.get("batchSize"), "firstBatch")
        if command == "getMore":
            return self.get_more(name, body)
        if command == "aggregate" and "$changeStream" in body["pipeline"][0]:
            return {"cursor": {"firstBatch": [], "id": bson.Int64(CHANGES), "ns": name}, "operationTime": bson.Timestamp(1, 1), "ok": 1.0}
        if command == "aggregate":
            return self.batch(name, [{"n": len(self.documents.get(name, []))}], None, "firstBatch")
        return self.fail(59)

    # --- messages ---

    @staticmethod
    def read_msg(data):
        """Flags, and the body with the documents of other sections in it."""
        flags, at, body = struct.unpack("<I", data[:4])[0], 4, {}
        end = len(data) - (4 if flags & CHECKSUM else 0)
        while at < end:
            kind, size = data[at], struct.unpack("<i", data[at + 1:at + 5])[0]
            section = data[at + 1:at + 1 + size]
            at += 1 + size
            if kind == 0:
                body = {**bson.BSON(section).decode(), **body}
            else:
                name, _, documents = section[4:].partition(b"\0")
                body[name.decode()] = bson.decode_all(documents)
        return flags, body

    @staticmethod
    def read_query(data):
        name, _, rest = data[4:].partition(b"\0")
        body = bson.BSON(rest[8:]).decode()
        return {**body.get("$query", body), "$db": name.decode().partition(".")[0]}

    @staticmethod
    def head(data, opcode, to, number):
        return struct.pack("<iiii", 16 + len(data), number, to, opcode) + data

    def serve(self, client):
        number = 1
        with client, client.makefile("rb") as stream:
            while len(head := stream.read(16)) == 16:
                size, asked, _, opcode = struct.unpack("<iiii", head)
                data, compressed, flags = stream.read(size - 16), opcode == OP_COMPRESSED, 0
                if compressed:
                    opcode, data = struct.unpack("<i", data[:4])[0], zlib.decompress(data[9:])
                if opcode == OP_MSG:
                    flags, body = self.read_msg(data)
                else:
                    body = self.read_query(data)
                command = next(key for key in body if key != "documents")
                collection = body.get("collection") if command == "getMore" else body[command]
                answer = self.run(command, f"{body['$db']}.{collection}", body)
                errors = answer.get("writeErrors")
                self.note(command=command, db=body["$db"], collection=collection if isinstance(collection, str) else None,
                          error="DuplicateKey" if errors else answer.get("codeName", "OK"), answered=not flags & MORE_TO_COME,
                          compressed=compressed, written=answer.get("n", 0))
                to = asked
                while not flags & MORE_TO_COME:
                    more = command in ("ismaster", "hello") and flags & EXHAUST_ALLOWED
                    number += 1
                    if opcode == OP_QUERY:
                        client.sendall(self.head(struct.pack("<iqii", 8, 0, 0, 1) + bson.BSON.encode(answer), OP_REPLY, to, number))
                        break
                    message = struct.pack("<IB", MORE_TO_COME if more else 0, 0) + bson.BSON.encode(answer)
                    if compressed:
                        client.sendall(self.head(struct.pack("<iiB", OP_MSG, len(message), ZLIB) + zlib.compress(message),
                                                 OP_COMPRESSED, to, number))
                    else:
                        client.sendall(self.head(message, OP_MSG, to, number))
                    if not more:
                        break
                    to = number
                    time.sleep(0.5)


def main():
    server = Server(sys.argv[3])
    listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=server.serve, args=(client,), daemon=True).start()


if __name__ == "__main__":
    main()
