"""fastcgi_app.py - an application for tests, run by fcgiwrap for a web server (nginx) of a lab (lab.py).

`start()` starts both: nginx at the host `web`, which asks the application at the host `app`; `ask()` asks nginx from beside it,
so that only FastCGI crosses the switch, and gives a Counter of (method, path, status) as nginx has logged them."""
import collections
import os
import shlex

from lab import wait_until

PORT = 9123
APP = """#!/bin/sh
# Says what it is asked to: /shop/404 is not found.
case "$SCRIPT_NAME" in
*/[0-9][0-9][0-9]) printf 'Status: %s As asked\\r\\n' "${SCRIPT_NAME##*/}" ;;
*/moved) printf 'Location: http://elsewhere/\\n' ;;
*/large) printf 'Content-Type: text/plain\\r\\n\\r\\n'; head -c 300000 /dev/zero; exit ;;
*/broken) echo oops >&2; exit 1 ;;
esac
cat >/dev/null
printf 'Content-Type: text/plain\\r\\n\\r\\nhello %s\\n' "$REQUEST_METHOD"
"""
WANTED = ("REQUEST_METHOD $request_method", "QUERY_STRING $query_string", "REQUEST_URI $request_uri", "SCRIPT_NAME $uri",
          "CONTENT_LENGTH $content_length", "SERVER_NAME $server_name")


def start(lab):
    script = lab.write("app.sh", APP)
    os.chmod(script, 0o755)
    lab.start("app", "fcgiwrap", "-c", "4", "-s", f"tcp:{lab.address('app')}:{PORT}")
    wait_until(lambda: f":{PORT} " in lab.run("app", "ss", "-ltn"), 20, "the application listens")
    params = " ".join(f"fastcgi_param {param};" for param in (*WANTED, f"SCRIPT_FILENAME {script}"))
    lab.nginx("web", f"server_name shop; location / {{ {params} fastcgi_pass {lab.address('app')}:{PORT}; }}")


def ask(lab, secret, times):
    large = lab.write("large", secret * 4000)
    steps = [["-H", "Host: api.shop", "/shop/cart?token=" + secret], ["-d", secret, "/shop/orders"], ["/shop/404"],
             ["-X", "PUT", "-T", large, "/shop/503"], ["-X", "DELETE", "/shop/moved"], ["/shop/large"], ["/shop/broken"],
             ["-H", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "-H", f"Cookie: {secret * 20}", "/shop/traced"]]
    urls = [" ".join(map(shlex.quote, [*step[:-1], f"http://127.0.0.1{step[-1]}"])) for step in steps]
    lab.run("web", "sh", "-c", "\n".join(f"curl -s -o /dev/null {url}" for url in urls * times))
    with open(lab.path("access.log")) as log:
        return collections.Counter(tuple(line.split()) for line in log)
