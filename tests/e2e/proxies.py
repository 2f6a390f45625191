"""proxies.py - proxies for HTTP/2 on the hosts of a lab, and what the log must say of calls that pass one."""
from grpc_lab import listens, truth_of
from h2_lab import truth_of as truth_of_exchanges
from lab import check, wait_until
from truth import outcome_of_http

PORT = 8081

NGINX = """
    listen %d http2;
    location / { grpc_pass grpc://%s; }
"""

HAPROXY = """
defaults
    mode http
    timeout connect 1s
    timeout client 10s
    timeout server 10s
frontend calls
    bind :%d proto h2
    default_backend servers
backend servers
    server one %s proto h2
"""


def nginx(lab, host, upstream):
    lab.nginx(host, NGINX % (PORT, upstream))
    wait_until(lambda: listens(lab, host, PORT), 10, "nginx listens")


def haproxy(lab, host, upstream):
    lab.start(host, "haproxy", "-f", lab.write("haproxy.cfg", HAPROXY % (PORT, upstream)))
    wait_until(lambda: listens(lab, host, PORT), 10, "haproxy listens")


def nghttpx(lab, host, upstream):
    address, port = upstream.split(":")
    conf = lab.write("nghttpx.conf", f"frontend={lab.address(host)},{PORT};no-tls\n"
                     f"backend={address},{port};;proto=h2\nworkers=1\nsingle-process=yes\n"
                     f"accesslog-file={lab.path('nghttpx.log')}\n"
                     "accesslog-format=$alpn $method $path $status\n")
    lab.start(host, "nghttpx", f"--conf={conf}")
    wait_until(lambda: listens(lab, host, PORT), 10, "nghttpx listens")


def truth_of_hops(lab, server, records, proxy="proxy"):
    """Calls from client to proxy, and from there to the server."""
    served, truth = server.calls(), []
    for record in records:
        truth.append(truth_of(record, served, client_address=lab.address("client"),
                              server_address=lab.address(proxy), server_port=PORT))
        inner = truth_of(record, served, client_address=lab.address(proxy),
                         server_address=lab.address("server"), server_port=server.port)
        if record["status"] in (1, 4):
            # When its client has gone a proxy cancels, or closes as nginx does, and grpcio then says "Socket closed".
            inner["among"] = {"grpc_status": [None, 1, 4, 14], "status": [None, "DEADLINE_EXCEEDED", "UNAVAILABLE"],
                              "outcome": ["cancelled", "timeout", "server_error"]}
            del inner["outcome"]
        if record["id"] not in served:  # refused by its name: the proxy may not have sent the message yet
            inner["among"] = {key: [None, 0, inner.pop(key)] for key in ("request_messages", "response_messages")}
        truth.append(inner)
    return truth


def truth_of_upgrades(lab, requests, served, server="server", port=8080):
    """What nghttpx logs is what its clients got. `requests` are those with which a connection began as HTTP/1: the
    answer of HTTP/2 is theirs."""
    client = {"client_address": lab.address("client"), "server_address": lab.address("proxy"), "server_port": PORT}
    truth, requests = [], list(requests)
    with open(lab.path("nghttpx.log")) as log:
        for line in log:
            _, method, path, status = line.split()
            want = {"protocol": "http2", **client, "method": method, "path": path.partition("?")[0],
                    "status": status, "outcome": outcome_of_http(int(status))}
            if (method, path) in requests:
                requests.remove((method, path))
                want |= {"notes": ["upgraded"], "stream_id": 1}
            truth.append(want)
    check(len(truth) == len(served) and not requests, f"nghttpx logs {truth}, nghttpd {served}")
    return truth + truth_of_exchanges(served, client_address=lab.address("proxy"),
                                      server_address=lab.address(server), server_port=port)
