"""mysql_lab.py - a MariaDB server on a host of a lab, with the database `shop` and the user `app`."""
import os

from lab import wait_until


def serve(lab, password):
    data = lab.path("data")
    os.mkdir(data)
    os.chmod(data, 0o777)
    lab.run("server", "mariadb-install-db", "--no-defaults", "--user=nobody", f"--datadir={data}", "--skip-test-db",
            "--auth-root-authentication-method=normal")
    lab.start("server", "mariadbd", "--no-defaults", "--user=nobody", f"--datadir={data}", f"--socket={lab.path('sock')}",
              f"--bind-address={lab.address('server')}", f"--pid-file={data}/pid", "--skip-name-resolve", "--local-infile",
              "--innodb-flush-log-at-trx-commit=0", "--innodb-lock-wait-timeout=1", "--log-bin", "--server-id=1")
    wait_until(lambda: ":3306 " in lab.run("server", "ss", "-ltn"), 30, "mariadbd listens")
    inside(lab, f"CREATE DATABASE shop; GRANT ALL ON *.* TO app@'%' IDENTIFIED BY '{password}'")


def inside(lab, text):
    """Asks by way of the server's socket, where nobody listens."""
    return lab.run("server", "mariadb", "--no-defaults", "-S", lab.path("sock"), "-uroot", "-N", "-B", "-e", text)
