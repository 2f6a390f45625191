"""clickhouse_lab.py - a server of ClickHouse on a host of a lab, and clients of it."""
import json
import os

from lab import wait_until

PORT, HTTP_PORT = 29000, 28123
CONFIG = """<?xml version="1.0"?>
<yandex>
  <logger><level>error</level><console>1</console></logger>
  <tcp_port>{port}</tcp_port><http_port>{http_port}</http_port><listen_host>0.0.0.0</listen_host>
  <path>{folder}/data/</path><tmp_path>{folder}/tmp/</tmp_path>
  <mark_cache_size>5368709</mark_cache_size><users_config>users.xml</users_config>
  <default_profile>default</default_profile><default_database>default</default_database>
  <query_log><database>system</database><table>query_log</table></query_log>
</yandex>
"""
USERS = """<?xml version="1.0"?>
<yandex>
  <profiles><default><log_queries>1</log_queries></default></profiles>
  <users><default><password>{password}</password><networks><ip>::/0</ip></networks>
    <profile>default</profile><quota>default</quota></default></users>
  <quotas><default></default></quotas>
</yandex>
"""


class Server:
    def __init__(self, lab, password):
        self.lab, self.password = lab, password
        folder = lab.path("clickhouse")
        os.makedirs(os.path.join(folder, "data"))
        os.makedirs(os.path.join(folder, "tmp"))
        lab.write("clickhouse/users.xml", USERS.format(password=password))
        lab.write("clickhouse/config.xml", CONFIG.format(port=PORT, http_port=HTTP_PORT, folder=folder))
        lab.start("server", "clickhouse-server", f"--config-file={folder}/config.xml")
        wait_until(lambda: f":{PORT} " in lab.run("server", "ss", "-ltn"), 30, "the server listens")

    def ask(self, text, compression, password=None, fails=False):
        """By the native protocol, from the host `client`: several statements, if there are ; between them."""
        command = ["clickhouse-client", "--host", self.lab.address("server"), "--port", str(PORT), "--password",
                   password or self.password, "--compression", str(compression), "-n", "-q", text]
        if fails:
            command = ["sh", "-c", '! "$@" 2>/dev/null', "sh", *command]
        return self.lab.run("client", *command)

    def http(self, query, *options, body=None):
        """By HTTP, from the host `client`; the query in the URL, or in the body."""
        url = f"http://{self.lab.address('server')}:{HTTP_PORT}/"
        options = [*options, "-H", "X-ClickHouse-User: default", "-H", f"X-ClickHouse-Key: {self.password}"]
        if query is not None:
            options += ["-G", "--data-urlencode", f"query={query}"] if body is None else []
        if body is not None:
            options += ["--data-binary", body]
            if query is not None:
                url += "?query=" + query.replace(" ", "+")
        return self.lab.run("client", "curl", "-s", *options, url)

    def journal(self):
        """What the server says has been asked: one dictionary a statement, without the tap seeing it."""
        def inside(text):
            return self.lab.run("server", "curl", "-s", "-H", "X-ClickHouse-User: default", "-H", f"X-ClickHouse-Key: {self.password}", "--data-binary", text,
                                f"http://127.0.0.1:{HTTP_PORT}/")
        inside("SYSTEM FLUSH LOGS")
        rows = inside("SELECT query, type, interface, exception, result_rows FROM system.query_log WHERE type != 1 AND "
                      "IPv6NumToString(address) NOT LIKE '%127.0.0.1' ORDER BY event_time FORMAT JSONEachRow")
        return [json.loads(row) for row in rows.splitlines()]
