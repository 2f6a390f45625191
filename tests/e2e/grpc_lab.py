"""grpc_lab.py - gRPC peers on the hosts of a lab, and what the log must say of the calls they counted."""
import json
import os
import select
import subprocess
import time

from lab import Lab, check, fail, wait_until
from truth import NAMES, outcome_of_grpc

PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
PORT = 50051


def install_grpc_js():
    """The packages that package-lock.json names; once, whoever comes first."""
    done = subprocess.run(
        ["flock", "package-lock.json", "sh", "-c",
         "test node_modules/.package-lock.json -nt package-lock.json || "
         "{ npm ci --ignore-scripts && touch node_modules/.package-lock.json; }"],
        cwd=PEERS, capture_output=True, text=True)
    check(done.returncode == 0, f"npm ci in {PEERS}: {done.stdout}{done.stderr}")


def peer(program):
    """Its path, and an argument where it has one: "grpc_web.py serve"."""
    name, *words = program.split()
    return os.path.join(PEERS, name), *words


class Server:
    """A gRPC server on a host; `program` is a file of peers/."""

    def __init__(self, lab, host, program="grpc_server.py", port=PORT):
        self.host, self.port = host, port
        self.path = lab.path(f"{host}-{port}.calls")
        lab.start(host, *peer(program), f"{lab.address(host)}:{port}", self.path)
        wait_until(lambda: listens(lab, host, port), 20, f"{program} listens on {host}")

    def lines(self):
        with open(self.path) as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def calls(self):
        """What it counted, by id."""
        return {line["id"]: line for line in self.lines() if "id" in line}

    def open_calls(self):
        """The ids of those that have begun and not ended; of grpc_server.py only."""
        return {line["begins"] for line in self.lines() if "begins" in line} - set(self.calls())


def listens(lab, host, port):
    return f":{port} " in lab.run(host, "ss", "-ltn")


class Client:
    """A gRPC client on a host that stays until close(); `target` is ADDRESS:PORT, `authority` of grpc_client.py only."""

    def __init__(self, lab, host, target, program="grpc_client.py", prefix="py", authority=None):
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", lab.namespace(host), *peer(program), target, prefix,
             *([authority] if authority else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        lab.processes.append(self.process)

    def begin(self, steps):
        self.process.stdin.write(json.dumps(steps) + "\n")
        self.process.stdin.flush()

    def end(self, seconds=60):
        """What came of the calls of the latest begin()."""
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            fail(f"a gRPC client does not end its steps within {seconds} s")
        line = self.process.stdout.readline()
        check(line, "a gRPC client died")
        return json.loads(line)

    def run(self, steps):
        self.begin(steps)
        return self.end()

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        time.sleep(0.1)


def kind_of(sent, received):
    """As far as messages show it."""
    if sent > 1:
        return "bidi-streaming" if received > 1 else "client-streaming"
    return "server-streaming" if received > 1 else "unary"


def truth_of(call, server_calls, **where):
    """What the log must say of a call of which the client told this."""
    status, served = call["status"], server_calls.get(call["id"])
    want = {"protocol": "grpc", **where, "request_id": call["id"], "method": "POST",
            "operation": call["operation"], "path": "/" + call["operation"], "outcome": outcome_of_grpc(status),
            "request_messages": call["sent"], "most": {"duration_ms": call["elapsed_ms"]}}
    if deadline_ms := call["step"].get("deadline_ms"):  # what is left of it when the call leaves
        want["least"] = {"deadline_ms": deadline_ms - 40}
        want["most"]["deadline_ms"] = deadline_ms * 1.01 + 5  # grpcio rounds up
    if status in (1, 4):  # the client went away; a last message, or a status, may have been under way
        del want["most"]["duration_ms"]
        want["most"]["response_messages"] = served["sent"] if served else call["received"]
        want.setdefault("least", {})["response_messages"] = call["received"]
        want["among"] = {"grpc_status": [None, status], "status": [None, NAMES[status]]}
        return want
    want.update(grpc_status=status, status=NAMES[status], response_messages=call["received"],
                call=kind_of(call["sent"], call["received"]))
    if call["message"] not in ("", "OK"):
        want["grpc_message"] = call["message"]
    if served:
        check((served["status"], served["sent"], served["received"]) == (status, call["received"], call["sent"]),
              f"client and server do not agree: {call} {served}")
        want["least"] = {**want.get("least", {}), "duration_ms": served["elapsed_ms"]}
    return want


def stream_of(call):
    """The stream of a client's n-th call, where all go over one connection and begin one after the other."""
    return 2 * int(call["id"].rpartition("-")[2]) - 1


def truth_of_joined(call, server_calls, began, **where):
    """As truth_of(), of a call on a connection that was there before the capture, which began at `began`."""
    want = truth_of(call, server_calls, **where)
    want["stream_id"] = stream_of(call)
    want["notes"] = ["midstream"]
    want["perhaps"] = {key: want.pop(key) for key in ("request_id", "method", "operation", "path", "outcome", "status",
                                                      "grpc_status", "grpc_message") if key in want}
    if call["began_at"] > began:
        return want
    return {"maybe": True, **{key: want[key] for key in ("client_address", "server_port", "stream_id", "perhaps")}}


__all__ = ["Lab", "Server", "Client", "PORT", "check", "install_grpc_js", "kind_of", "listens", "truth_of",
           "truth_of_joined"]
