#!/usr/bin/env python3
"""record_postgresql.py - records postgresql.pcap: psql and pgbench with a PostgreSQL server.

What is expected is known from what is asked, so postgresql.log says what was asked and what became of it, but not how long
it took. Needs root, PostgreSQL and tcpdump.
"""
import glob
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import Lab, wait_until  # noqa: E402

BIN = max(glob.glob("/usr/lib/postgresql/*/bin"))
AS_USER = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
CONNECT = ("connect", "connect", "OK", "ok", {})

# What is said to psql, and (method, operation, status, outcome, more) of each exchange that it makes of it.
TALK = [
    ("CREATE TABLE orders (id serial PRIMARY KEY, name text UNIQUE)", [("CREATE TABLE", "CREATE TABLE orders", "OK", "ok", {})]),
    ("INSERT INTO orders (name) VALUES ('hunter2'), ($$hunter3$$), (E'hunter\\'4')",
     [("INSERT", "INSERT orders", "OK", "ok", {"response_messages": 3, "statement": "INSERT INTO orders(name) VALUES (?)"})]),
    ("SELECT * FROM orders o WHERE name = 'hunter2' OR id IN (2, 3)",
     [("SELECT", "SELECT orders", "OK", "ok", {"response_messages": 3,
                                               "statement": "SELECT * FROM orders o WHERE name = ? OR id IN (?)"})]),
    ("INSERT INTO orders (name) VALUES ('hunter2')", [("INSERT", "INSERT orders", "23505", "client_error", {})]),
    ("SELECT * FROM missing", [("SELECT", "SELECT missing", "42P01", "client_error", {})]),
    ("SELEKT 'hunter2'", [("", "unknown", "42601", "client_error", {"method": None, "statement": "?"})]),
    ("BEGIN\\; UPDATE orders SET name = name || 'x' WHERE id = 1\\; COMMIT",
     [("BEGIN", "BEGIN; UPDATE orders; COMMIT", "OK", "ok", {})]),
    ("COPY orders (name) FROM STDIN;\nhunter5\nhunter6\n\\.\n",
     [("COPY", "COPY orders", "OK", "ok", {"call": "client-streaming", "request_messages": 2})]),
    ("COPY orders TO STDOUT", [("COPY", "COPY orders", "OK", "ok", {"call": "server-streaming", "response_messages": 5})]),
    ("LISTEN news", [("LISTEN", "LISTEN news", "OK", "ok", {})]),
    ("SET statement_timeout = 100", [("SET", "SET", "OK", "ok", {})]),
    ("SELECT pg_sleep(5)", [("SELECT", "SELECT", "57014", "timeout", {})]),
    ("DO $$ BEGIN RAISE NOTICE 'hunter2'; END $$", [("DO", "DO", "OK", "ok", {})]),
    ("SELECT repeat('x', 20000)", [("SELECT", "SELECT", "OK", "ok", {"response_messages": 1})]),
    ("NOTIFY news, 'hunter2'", [("deliver", "deliver news", "OK", "ok", {"call": "server-streaming", "notes": ["pushed"]}),
                                ("NOTIFY", "NOTIFY news", "OK", "ok", {})]),
]
PIPELINE = """\\startpipeline
INSERT INTO orders (name) VALUES ('hunter7');
SELECT count(*) FROM orders;
SELECT * FROM missing;
DELETE FROM orders;
\\endpipeline
"""
PIPELINED = [
    ("INSERT", "INSERT orders", "OK", "ok", {"notes": []}), ("SELECT", "SELECT orders", "OK", "ok", {"notes": ["pipelined"]}),
    ("SELECT", "SELECT missing", "42P01", "client_error", {"notes": ["pipelined"]}),
    ("DELETE", "DELETE orders", None, "cancelled", {"notes": ["pipelined", "refused"]})]
PREPARED = [("PARSE", "PARSE SELECT orders", "OK", "ok", {})] + 3 * [("SELECT", "SELECT orders", "OK", "ok", {})]


def client(lab, program, *words, user="postgres", password="", database="postgres"):
    subprocess.run(["ip", "netns", "exec", lab.namespace("client"), "env", f"PGPASSWORD={password}", f"{BIN}/{program}", "-h",
                    lab.address("server"), "-U", user, *words, database], capture_output=True, timeout=30)
    time.sleep(0.3)


def start(lab):
    data = lab.path("data")
    os.makedirs(data)
    subprocess.run(["chown", "postgres:postgres", data], check=True)
    lab.run("server", *AS_USER, f"{BIN}/initdb", "-D", data, "-A", "trust", "-N", "-E", "UTF8", "--no-locale")
    with open(f"{data}/pg_hba.conf", "w") as hba:
        hba.write("local all all trust\nhost all careful all scram-sha-256\nhost all all all trust\n")
    lab.start("server", *AS_USER, f"{BIN}/postgres", "-D", data, "-h", lab.address("server"), "-k", lab.folder, "-c", "fsync=off")
    wait_until(lambda: subprocess.run([f"{BIN}/pg_isready", "-q", "-h", lab.folder]).returncode == 0, 20, "postgres listens")
    lab.run("server", f"{BIN}/psql", "-h", lab.folder, "-U", "postgres", "-c", "CREATE USER careful PASSWORD 'hunter2'")


def use(lab):
    expected = [CONNECT]
    script = lab.write("talk.sql", "".join(text + ("" if text.endswith("\n") else ";\n") for text, _ in TALK))
    client(lab, "psql", "-X", "-f", script)
    expected += [exchange for _, told in TALK for exchange in told]
    client(lab, "psql", "-X", "-c", "SELECT 1", user="careful", password="hunter2")
    expected += [CONNECT, ("SELECT", "SELECT", "OK", "ok", {})]
    client(lab, "psql", "-X", "-c", "SELECT 1", user="careful", password="hunter3")
    expected.append(("connect", "connect", "28P01", "client_error", {}))
    for mode, text, times, told in (("extended", PIPELINE, 1, PIPELINED),
                                    ("prepared", "SELECT * FROM orders WHERE id = 1;\n", 3, PREPARED)):
        client(lab, "pgbench", "-n", "-c", "1", "-t", str(times), "-M", mode, "-f", lab.write(f"{mode}.sql", text))
        # pgbench tries whether it can connect before it begins
        expected += [CONNECT, CONNECT] + told
    return expected


def main():
    with Lab("server", "client", "tap") as lab:
        start(lab)
        tcpdump = lab.start("tap", "tcpdump", "-i", "eth0", "-s", "0", "-U", "-w", lab.path("real.pcap"), "tcp")
        time.sleep(1)
        expected = use(lab)
        time.sleep(0.5)
        tcpdump.terminate()
        tcpdump.wait()
        with open(os.path.join(HERE, "postgresql.pcap"), "wb") as file:
            file.write(open(lab.path("real.pcap"), "rb").read())
        ends = {"protocol": "postgresql", "client_address": lab.address("client"), "server_address": lab.address("server"),
                "server_port": 5432}
    with open(os.path.join(HERE, "postgresql.log"), "w") as file:
        for method, operation, status, outcome, more in expected:
            line = {**ends, "method": method, "operation": operation, "status": status, "outcome": outcome, **more}
            if line["method"] is None:
                del line["method"]
            file.write(json.dumps(line) + "\n")


main()
