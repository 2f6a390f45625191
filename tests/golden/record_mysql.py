#!/usr/bin/python3
"""record_mysql.py - records mysql.pcap: MariaDB asked by PyMySQL, by its own client and by way of its C library, which
prepares statements and fetches by cursors. What is expected is known from what is asked. Needs root, mariadb-server,
mariadb-client, python3-pymysql and tcpdump.
"""
import ctypes
import json
import os
import sys
import time

import pymysql
from pymysql.constants import CLIENT

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from lab import Lab  # noqa: E402
from mysql_lab import serve  # noqa: E402

PASSWORD = "hunter2-canary"
CURSOR_TYPE, READ_ONLY, STATEMENT_ROWS = 1, ctypes.c_ulong(1), 2


class Recorder:
    def __init__(self, lab):
        self.lab, self.expected = lab, []

    def told(self, operation, status="OK", outcome="ok", rows=None, **other):
        line = {"protocol": "mysql", "client_address": self.lab.address("client"), "server_address": self.lab.address("server"),
                "server_port": 3306, "operation": operation, "status": status, "outcome": outcome, "notes": [], **other}
        if rows is not None:
            line["response_messages"] = rows
        self.expected.append(line)

    def library(self):
        """In a thread that is on the host: MariaDB's C library."""
        self.lab.enter("client")
        lib = ctypes.CDLL("libmariadb.so.3")
        for name in ("mysql_init", "mysql_real_connect", "mysql_stmt_init", "mysql_stat", "mysql_use_result"):
            getattr(lib, name).restype = ctypes.c_void_p
        my = ctypes.c_void_p(lib.mysql_init(None))
        assert lib.mysql_real_connect(my, self.lab.address("server").encode(), b"app", PASSWORD.encode(), b"shop", 3306, None,
                                      ctypes.c_ulong(0))
        self.lab.leave()
        return lib, my

    def execute(self, lib, my, text, rows, cursor=False):
        statement = ctypes.c_void_p(lib.mysql_stmt_init(my))
        if cursor:
            lib.mysql_stmt_attr_set(statement, CURSOR_TYPE, ctypes.byref(READ_ONLY))
            lib.mysql_stmt_attr_set(statement, STATEMENT_ROWS, ctypes.byref(ctypes.c_ulong(2)))
        assert lib.mysql_stmt_prepare(statement, text, ctypes.c_ulong(len(text))) == 0
        for _ in range(2):
            assert lib.mysql_stmt_execute(statement) == 0
            while lib.mysql_stmt_fetch(statement) == 0:
                pass
        return statement

    def prepared(self):
        lib, my = self.library()
        self.told("connect", method="connect")
        statement = self.execute(lib, my, b"SELECT id, note FROM orders WHERE id < 5", 5)
        self.told("PREPARE SELECT orders", method="PREPARE", statement="SELECT id, note FROM orders WHERE id < ?")
        for _ in range(2):
            self.told("SELECT orders", rows=5, method="SELECT", statement="SELECT id, note FROM orders WHERE id < ?")
        assert lib.mysql_stmt_reset(statement) == 0
        self.told("RESET SELECT orders")
        lib.mysql_stmt_close(statement)
        self.told("CLOSE SELECT orders", None)
        statement = self.execute(lib, my, b"SELECT id FROM orders WHERE id < 3", 3, cursor=True)
        self.told("PREPARE SELECT orders")
        self.told("SELECT orders")
        for rows in (2, 1):
            self.told("FETCH SELECT orders", rows=rows)
        self.told("SELECT orders")
        for rows in (2, 1):
            self.told("FETCH SELECT orders", rows=rows)
        lib.mysql_stmt_close(statement)
        self.told("CLOSE SELECT orders", None)
        for name, operation in (("mysql_ping", "PING"), ("mysql_stat", "STATISTICS"), ("mysql_reset_connection", "RESET_CONNECTION")):
            getattr(lib, name)(my)
            self.told(operation)
        assert lib.mysql_change_user(my, b"app", PASSWORD.encode(), b"shop") == 0
        self.told("CHANGE_USER")
        lib.mysql_close(my)
        self.told("QUIT", None)

    def fails(self, ask, text):
        try:
            ask.execute(text)
        except pymysql.MySQLError:
            return
        raise RuntimeError(f"{text} works")

    def text(self):
        self.lab.enter("client")
        my = pymysql.connect(host=self.lab.address("server"), user="app", password=PASSWORD, database="shop", autocommit=True,
                             client_flag=CLIENT.MULTI_STATEMENTS, local_infile=True)
        self.lab.leave()
        self.told("connect")
        ask = my.cursor()
        ask.execute("CREATE TABLE orders (id INT PRIMARY KEY, note VARCHAR(200))")
        self.told("CREATE TABLE orders", method="CREATE TABLE")
        ask.executemany("INSERT INTO orders VALUES (%s, %s)", [(n, f"{PASSWORD} {n}") for n in range(20)])
        self.told("INSERT orders", statement="INSERT INTO orders VALUES (?)")
        ask.execute("SELECT o.id, p.note FROM orders o JOIN orders p USING (id) WHERE p.note LIKE '%2'")
        self.told("SELECT orders", rows=2)
        ask.execute("SELECT 1; SELECT id FROM orders LIMIT 7; DELETE FROM orders WHERE id = 19")
        while ask.nextset():
            pass
        self.told("SELECT; SELECT orders; DELETE orders", rows=8)
        self.fails(ask, f"SELECT * FROM missing WHERE x = '{PASSWORD}'")
        self.told("SELECT missing", "1146", "client_error")
        self.fails(ask, f"INSERT INTO orders VALUES (1, '{PASSWORD}')")
        self.told("INSERT orders", "1062", "client_error")
        self.fails(ask, "SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1114")
        self.told("SIGNAL", "1114", "server_error")
        ask.execute(f"LOAD DATA LOCAL INFILE '{self.lab.write('rows', '1000' + chr(9) + PASSWORD + chr(10))}' INTO TABLE orders")
        self.told("LOAD orders")
        my.select_db("shop")
        self.told("INIT_DB")
        my.close()
        self.told("QUIT", None)

    def refused(self):
        self.lab.enter("client")
        try:
            pymysql.connect(host=self.lab.address("server"), user="app", password="not the right one")
        except pymysql.MySQLError:
            pass
        self.lab.leave()
        self.told("connect", "1045", "client_error")

    def compressed(self):
        """All answers are short but the second."""
        self.lab.run("client", "mariadb", "--no-defaults", "--compress", f"-h{self.lab.address('server')}", "-uapp",
                     f"-p{PASSWORD}", "shop", "-e", f"DO 1; SELECT note, note FROM orders; DO '{PASSWORD * 20}'")
        self.told("connect")
        self.told("DO")
        self.told("SELECT orders", None, "unknown", notes=["compressed"])
        self.told("{compressed}", "OK", "ok", notes=["compressed"])
        self.told("QUIT", None)


def main():
    with Lab("server", "client", "tap") as lab:
        serve(lab, PASSWORD)
        tcpdump = lab.start("tap", "tcpdump", "--immediate-mode", "-i", "eth0", "-s", "0", "-U", "-w", lab.path("real.pcap"), "tcp")
        time.sleep(1)
        recorder = Recorder(lab)
        recorder.text()
        recorder.prepared()
        recorder.refused()
        recorder.compressed()
        time.sleep(0.5)
        tcpdump.terminate()
        tcpdump.wait()
        with open(os.path.join(HERE, "mysql.pcap"), "wb") as file:
            file.write(open(lab.path("real.pcap"), "rb").read())
    with open(os.path.join(HERE, "mysql.log"), "w") as file:
        for line in recorder.expected:
            file.write(json.dumps(line) + "\n")


main()
