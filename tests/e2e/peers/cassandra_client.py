#!/usr/bin/env python3
"""cassandra_client.py - Debian's python3-cassandra at a server, in protocol versions 4 and 5: statements as text, prepared,
in batches, many at once, with errors of all kinds, and a password that is wrong.

usage: cassandra_client.py ADDRESS PORT SECRET [AT_ONCE]
"""
import logging
import sys

from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import Cluster, ExecutionProfile, EXEC_PROFILE_DEFAULT, NoHostAvailable
from cassandra.policies import FallthroughRetryPolicy, RoundRobinPolicy
from cassandra.query import BatchStatement, SimpleStatement

ADDRESS, PORT, SECRET = sys.argv[1], int(sys.argv[2]), sys.argv[3]
AT_ONCE = int(sys.argv[4]) if len(sys.argv) > 4 else 0
logging.disable(logging.CRITICAL)


def cluster(version, user="alice"):
    profile = ExecutionProfile(load_balancing_policy=RoundRobinPolicy(), retry_policy=FallthroughRetryPolicy())
    return Cluster([ADDRESS], port=PORT, protocol_version=version, compression=False, schema_metadata_enabled=False,
                   token_metadata_enabled=False, connect_timeout=10, idle_heartbeat_interval=0,
                   auth_provider=PlainTextAuthProvider(user, SECRET), execution_profiles={EXEC_PROFILE_DEFAULT: profile})


def fails(session, text):
    try:
        session.execute(text)
    except Exception:
        return
    raise AssertionError(text)


def talk(version):
    link = cluster(version)
    session = link.connect()
    session.execute(f"INSERT INTO shop.orders (id, data) VALUES ('1', '{SECRET}')")
    assert len(list(session.execute(f"SELECT id, data FROM shop.orders WHERE id = '{SECRET}'"))) == 3
    session.execute("SELECT id FROM shop.slow")
    session.execute("SELECT id, data FROM shop.warned")
    if AT_ONCE:
        assert len(list(session.execute("SELECT id, data FROM shop.wide"))) == 3
    for name in ("unavailable", "late", "overloaded", "missing", "sealed", "wrong"):
        fails(session, f"SELECT id FROM shop.{name} WHERE id = '{SECRET}'")
    adds = session.prepare("INSERT INTO shop.stock (id, data) VALUES (?, ?)")
    asks = session.prepare("SELECT id, data FROM shop.stock WHERE id = ?")
    forgotten = session.prepare("SELECT id, data FROM shop.forgotten WHERE id = ?" + " " * version)
    session.execute(adds, (SECRET, SECRET))
    assert len(list(session.execute(asks, (SECRET,)))) == 3
    session.execute(forgotten, (SECRET,))
    batch = BatchStatement()
    batch.add(adds, (SECRET, "1"))
    batch.add(SimpleStatement("UPDATE shop.orders SET data = %s WHERE id = '2'"), (SECRET,))
    session.execute(batch)
    waiting = [session.execute_async(asks if n % 2 else "SELECT id FROM shop.slow", (SECRET,) if n % 2 else None)
               for n in range(AT_ONCE)]
    for future in waiting:
        future.result()
    link.shutdown()


for version in (4, 5):
    talk(version)
try:
    cluster(4, "mallory").connect()
    raise AssertionError("mallory is in")
except NoHostAvailable:
    pass
