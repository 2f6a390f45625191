"""told.py - what the program tells of a capture."""
import datetime
import json
import os
import subprocess
import sys
import tempfile


def folder():
    """A temporary one, in memory if it can be: each database is written with care, and read once."""
    return tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)


def some(names, variable="TAPGRAPH_EVERY"):
    """All of them; with TAPGRAPH_EVERY=N:K in the environment each N-th from the K-th on."""
    every, _, first = (os.environ.get(variable) or "1").partition(":")
    return names[int(first or 0)::int(every)]


def run(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        print(f"FAIL: {' '.join(command)}: exit status {done.returncode}\n{done.stderr}")
        sys.exit(1)
    return done.stdout


def replay(program, capture, folder):
    """The lines of the log, and the edges, of a capture."""
    database = os.path.join(folder, "told.db")
    log = run(program, "replay", capture, "--db", database, "--log", "-")
    edges = run(program, "edges", "--db", database, "--json")
    os.remove(database)
    return [json.loads(line) for line in log.splitlines()], [json.loads(line) for line in edges.splitlines()]


def nanoseconds(text):
    """Since 1970, of a time as the log writes it."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    stamp = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
    return int(stamp.timestamp()) * 10**9 + int(fraction.ljust(9, "0"))
