#!/usr/bin/python3
"""The services of the demonstration shop, one a process: services.py NAME

They speak HTTP/1.1 and gRPC to each other by name, keep connections alive, pass traceparent and
x-request-id on, and take times and make errors as services do, from a seed of their own. cart keeps
its data in Redis, checkout and inventory in PostgreSQL.
"""
import contextlib
import http.client
import http.server
import itertools
import json
import math
import os
import queue
import random
import re
import signal
import socket
import sys
import threading
import time

import rpc

PORT = 8080
CALLS_PER_CONNECTION = 40
chance = random.Random()


def work(median_ms, spread=0.35):
    """Takes the time of a task: log-normal, as service times are."""
    time.sleep(median_ms / 1000 * math.exp(chance.gauss(0, spread)))


def hex_id(digits):
    return f"{chance.getrandbits(4 * digits):0{digits}x}"


# --- calling other services -----------------------------------------------------------------------

class Caller:
    """Connections to one service, kept alive and used by one request at a time."""

    def __init__(self, name, port=PORT):
        self.name, self.port, self.idle = name, port, queue.LifoQueue()

    def connect(self):
        found = socket.getaddrinfo(self.name, self.port, type=socket.SOCK_STREAM)
        connection = http.client.HTTPConnection(chance.choice(found)[4][0], self.port, timeout=10)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.calls_left = CALLS_PER_CONNECTION
        return connection

    def call(self, ask, method, path, body=None):
        """Returns (status, answer). `ask` is the request on whose behalf this is done."""
        try:
            connection = self.idle.get_nowait()
        except queue.Empty:
            connection = self.connect()
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", f"{self.name}:{self.port}")
        connection.putheader("User-Agent", ask.service)
        connection.putheader("traceparent", f"00-{ask.trace}-{hex_id(16)}-01")
        connection.putheader("x-request-id", ask.request_id)
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(data)))
        connection.endheaders(data)
        answer = connection.getresponse()
        text = answer.read()
        connection.calls_left -= 1
        if connection.calls_left == 0 or answer.will_close:
            connection.close()
        else:
            self.idle.put(connection)
        return answer.status, json.loads(text) if text else None


def metadata_of(ask):
    """What a call over gRPC passes on."""
    return (("traceparent", f"00-{ask.trace}-{hex_id(16)}-01"), ("x-request-id", ask.request_id))


def over_grpc(client, ask, method, values):
    """Returns the answer; a call that failed fails the request."""
    try:
        return client.call(method, values, metadata_of(ask))
    except rpc.Failure as failure:
        statuses = {"NOT_FOUND": 404, "RESOURCE_EXHAUSTED": 409, "FAILED_PRECONDITION": 409}
        raise Failure(statuses.get(failure.status, 502), f"upstream: {failure}") from failure


class Passed:
    """On whose behalf a call came, from its metadata: for calls that it leads to."""

    def __init__(self, metadata):
        self.service = Handler.service
        self.trace = metadata.get("traceparent", "-" * 3).split("-")[1] or hex_id(32)
        self.request_id = metadata.get("x-request-id", self.trace)


# --- the server side ------------------------------------------------------------------------------

class Failure(Exception):
    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


ROUTES = {}  # service -> [(method, compiled path, function)]


def route(service, method, path):
    """Marks a function as the answer to a path, in which {} is an id."""
    pattern = re.compile(path.replace("{}", "([^/?]+)") + r"(?:\?.*)?$")

    def mark(function):
        ROUTES.setdefault(service, []).append((method, pattern, function))
        return function
    return mark


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    disable_nagle_algorithm = True
    service = ""

    def setup(self):
        super().setup()
        open_sockets.add(self.connection)

    def finish(self):
        open_sockets.discard(self.connection)
        super().finish()

    def version_string(self):
        return self.service

    def log_message(self, *_):
        pass

    def do_request(self):
        self.request_id = self.headers.get("x-request-id", hex_id(32))
        parent = self.headers.get("traceparent", "").split("-")
        self.trace = parent[1] if len(parent) == 4 else self.request_id
        length = int(self.headers.get("Content-Length", 0))
        self.body = json.loads(self.rfile.read(length)) if length else None
        status, answer = self.answer()
        data = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def answer(self):
        for method, pattern, function in ROUTES[self.service]:
            found = pattern.match(self.path)
            if found and method == self.command:
                try:
                    return function(self, *found.groups())
                except Failure as failure:
                    return failure.status, {"error": str(failure)}
        return 404, {"error": "no such path"}

    do_GET = do_POST = do_PUT = do_DELETE = do_request


open_sockets = set()
stopping = threading.Event()


def need(result, *good):
    """The answer of a call that must have gone well; else the caller's caller hears of it."""
    status, answer = result
    if status in good or status == 200:
        return answer
    raise Failure(status if status < 500 else 502, "upstream: " + str((answer or {}).get("error")))


# --- storefront -----------------------------------------------------------------------------------

storefront_calls = {}
storefront_cart = rpc.Client("cart", "shop.Cart")
storefront_similar = rpc.Client("recommendation", "shop.Recommendation")


def calls(name):
    return storefront_calls.setdefault(name, Caller(name)).call


def count_cart(ask):
    """The number beside the cart, on every page; a page does without it."""
    try:
        user = ask.headers.get("x-user", "guest")
        return storefront_cart.call("Count", {"user": user}, metadata_of(ask))["items"]
    except rpc.Failure:
        return 0


@route("storefront", "GET", "/")
def home(ask):
    work(4)
    shelf = need(calls("catalog")(ask, "GET", "/products?shelf=new&limit=4"))
    user = ask.headers.get("x-user", "guest")
    picks = list(storefront_similar.stream("Recommend", {"user": user}, metadata_of(ask)))
    return 200, {"shelf": shelf, "picks": picks, "cart": count_cart(ask)}


@route("storefront", "GET", "/products/{}")
def product_page(ask, product):
    work(3)
    answer = need(calls("catalog")(ask, "GET", f"/products/{product}"))
    similar = calls("recommendation")(ask, "GET", f"/products/{product}/similar")[1]
    return 200, {"product": answer, "similar": similar, "cart": count_cart(ask)}


@route("storefront", "GET", "/search")
def search_page(ask):
    work(3)
    hits = need(calls("catalog")(ask, "GET", "/search" + ask.path[len("/search"):]))
    return 200, {**hits, "cart": count_cart(ask)}


@route("storefront", "GET", "/users/{}/cart")
def cart_page(ask, user):
    work(2)
    need(calls("users")(ask, "GET", f"/users/{user}"))
    return 200, over_grpc(storefront_cart, ask, "Get", {"user": user})


@route("storefront", "POST", "/users/{}/cart/items")
def cart_add(ask, user):
    work(2)
    return 201, over_grpc(storefront_cart, ask, "Add", {"user": user, **ask.body})


@route("storefront", "POST", "/users/{}/orders")
def order(ask, user):
    work(4)
    return 201, need(calls("checkout")(ask, "POST", "/orders", {"user": user}), 201)


def watch_prices():
    """Hears of prices from when it starts."""
    for _ in rpc.Client("catalog", "shop.Prices").stream("Watch", {"shelf": "new"}):
        pass


# --- catalog (two replicas), users, recommendation ------------------------------------------------

@route("catalog", "GET", "/products")
def shelf(ask):
    work(6)
    return 200, [{"id": number, "name": f"Item {number}", "cents": number * 7 % 9000 + 99}
                 for number in chance.sample(range(1000, 1060), 4)]


@route("catalog", "GET", "/products/{}")
def product(ask, number):
    work(3)
    if not number.isdigit() or int(number) >= 1060:
        raise Failure(404, "no such product")
    return 200, {"id": int(number), "name": f"Item {number}", "cents": int(number) * 7 % 9000 + 99}


@route("catalog", "GET", "/search")
def search(ask):
    work(28, 0.5)
    return 200, {"hits": chance.randrange(40)}


def prices(asked, metadata):
    """Tells those who watch of each new price."""
    while not stopping.wait(0.4):
        number = chance.randrange(1000, 1060)
        yield {"product": number, "cents": number * 7 % 9000 + 99}


@route("users", "GET", "/users/{}")
def user(ask, user):
    work(2)
    return 200, {"id": user, "country": "SE"}


@route("users", "POST", "/sessions")
def session(ask):
    work(40, 0.2)
    if chance.random() < 0.1:
        raise Failure(401, "wrong name or password")
    return 201, {"session": hex_id(8)}


def recommend(asked, metadata):
    """One by one, as they are found."""
    work(5)
    for product in rank(Passed(metadata), 4):
        yield {"product": product}
        work(4)


@route("recommendation", "GET", "/products/{}/similar")
def similar(ask, product):
    work(320, 0.45)
    return 200, {"products": rank(ask, 3)}


# --- cart (three replicas, Redis) -----------------------------------------------------------------

cart_catalog = Caller("catalog")


def cart_get(asked, metadata):
    work(1)
    if chance.random() < 0.03:
        raise rpc.Failure("UNAVAILABLE", "the cart is being moved")
    items = redis("HGETALL", f"cart:{asked['user']}")
    return {"items": dict(zip(items[::2], items[1::2]))}


def cart_count(asked, metadata):
    work(0.5)
    return {"items": redis("HLEN", f"cart:{asked['user']}")}


def cart_add_item(asked, metadata):
    work(1)
    product = str(int(asked["product"]))
    status, _ = cart_catalog.call(Passed(metadata), "GET", f"/products/{product}")
    if status == 404:
        raise rpc.Failure("NOT_FOUND", "no such product")
    redis("HINCRBY", f"cart:{asked['user']}", product, "1")
    redis("EXPIRE", f"cart:{asked['user']}", "3600")
    return {"product": int(product)}


def cart_weigh(asked, metadata):
    work(2)
    return {"grams": 400 * redis("HLEN", f"cart:{asked['user']}")}


def cart_clear(asked, metadata):
    work(1)
    redis("DEL", f"cart:{asked['user']}")
    return {}


CART = {"Get": cart_get, "Count": cart_count, "Add": cart_add_item, "Weigh": cart_weigh,
        "Clear": cart_clear}


class Redis:
    """As much of a Redis client as the cart needs."""

    def __init__(self):
        self.lock, self.file = threading.Lock(), None

    def __call__(self, *words):
        with self.lock:
            if not self.file:
                self.file = socket.create_connection(("redis", 6379)).makefile("rwb")
            parts = [f"${len(word)}\r\n{word}\r\n" for word in words]
            self.file.write(f"*{len(words)}\r\n{''.join(parts)}".encode())
            self.file.flush()
            return self.reply()

    def reply(self):
        line = self.file.readline().decode().rstrip()
        kind, rest = line[:1], line[1:]
        if kind == "*":
            return [self.reply() for _ in range(int(rest))]
        if kind == "$":
            return None if rest == "-1" else self.file.read(int(rest) + 2)[:-2].decode()
        return int(rest) if kind == ":" else rest


redis = Redis()


# --- checkout, payment, shipping, inventory (PostgreSQL) ------------------------------------------

checkout_calls = {name: Caller(name) for name in
                  ("users", "inventory", "payment", "shipping")}
checkout_cart = rpc.Client("cart", "shop.Cart")


@route("checkout", "POST", "/orders")
def checkout(ask):
    work(5)
    user, order = ask.body["user"], chance.randrange(100000, 999999)
    call = {name: caller.call for name, caller in checkout_calls.items()}
    need(call["users"](ask, "GET", f"/users/{user}"))
    items = over_grpc(checkout_cart, ask, "Get", {"user": user}).get("items") or {"1007": "1"}
    need(call["inventory"](ask, "POST", "/reservations",
                           {"user": user, "order": order, "items": items}), 201)
    cents = need(call["shipping"](ask, "POST", "/quotes", {"user": user, "country": "SE"}))
    need(call["payment"](ask, "POST", "/charges", {"order": order, "cents": cents["cents"]}), 201)
    database("INSERT INTO orders (number, customer, cents) VALUES (%s, %s, %s)",
             (order, user, cents["cents"]))
    over_grpc(checkout_cart, ask, "Clear", {"user": user})
    return 201, {"order": order}


@route("payment", "POST", "/charges")
def charge(ask):
    work(110, 0.4)
    luck = chance.random()
    if luck < 0.07:
        raise Failure(503, "the bank does not answer")
    if luck < 0.12:
        raise Failure(502, "the bank answered nonsense")
    if luck < 0.18:
        raise Failure(402, "declined")
    return 201, {"charge": hex_id(16)}


shipping_cart = rpc.Client("cart", "shop.Cart", first=1)
inventory_cart = rpc.Client("cart", "shop.Cart", first=2)
places = queue.Queue()  # of parcels


@route("shipping", "POST", "/quotes")
def quote(ask):
    work(12)
    if chance.random() < 0.6:
        over_grpc(shipping_cart, ask, "Weigh", {"user": ask.body["user"]})
    places.put({"parcel": chance.randrange(10000, 99999)})
    return 200, {"cents": 490 + chance.randrange(10) * 50, "days": chance.randrange(1, 5)}


@route("inventory", "POST", "/reservations")
def reserve(ask):
    work(2)
    for product in ask.body["items"]:
        left = database("UPDATE stock SET left_over = left_over - 1 WHERE product = %s "
                        "RETURNING left_over", (int(product),))
        if left and left[0][0] < 0:
            over_grpc(inventory_cart, ask, "Weigh", {"user": ask.body["user"]})
            raise Failure(409, "sold out")
    return 201, {"reservation": chance.randrange(10000, 99999)}


class Database:
    """One connection to PostgreSQL; `driver` says which client library, and so which protocol."""

    def __init__(self):
        self.lock, self.connection, self.driver = threading.Lock(), None, "psycopg2"

    def __call__(self, sql, values):
        with self.lock:
            if not self.connection:
                driver = __import__(self.driver)
                self.connection = driver.connect(host="postgres", user="shop", database="shop")
                self.connection.autocommit = True
            cursor = self.connection.cursor()
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []


database = Database()


def track():
    """Tells the parcel service of each parcel, from the first one on, and hears where they are."""
    parcels = itertools.chain([places.get()], iter(places.get, None))
    for _ in rpc.Client("tracking", "shop.Tracking").chat("Follow", parcels):
        pass


def follow(asked, metadata):
    for parcel in asked:
        work(30)
        yield {"parcel": parcel["parcel"], "place": "depot"}
        work(200)
        yield {"parcel": parcel["parcel"], "place": "van"}


# --- ranking --------------------------------------------------------------------------------------

recommendation_ranking = rpc.Client("ranking", "shop.Ranking")


def rank(ask, count):
    try:
        return recommendation_ranking.call("Rank", {"count": count}, metadata_of(ask))["products"]
    except rpc.Failure:
        return []  # no ranking, no recommendations: the page does without


def rank_products(asked, metadata):
    work(3)
    if chance.random() < 0.02:
        raise rpc.Failure("RESOURCE_EXHAUSTED", "too many to rank")
    return {"products": [1000 + chance.randrange(60) for _ in range(int(asked["count"]))]}


# --- starting and stopping ------------------------------------------------------------------------

def warm_up():
    """Fills a cache at the start, as services do."""
    with contextlib.suppress(rpc.Failure):
        for _ in range(12):
            recommendation_ranking.call("Rank", {"count": 5})


UNARY, GIVES, BOTH = "unary_unary", "unary_stream", "stream_stream"
GRPC = {  # of a service: its name, its methods, and how long it lets a connection last
    "cart": ("shop.Cart", {name: (UNARY, function) for name, function in CART.items()}, None),
    "catalog": ("shop.Prices", {"Watch": (GIVES, prices)}, None),
    "recommendation": ("shop.Recommendation", {"Recommend": (GIVES, recommend)}, None),
    "ranking": ("shop.Ranking", {"Rank": (UNARY, rank_products)}, 30),
    "tracking": ("shop.Tracking", {"Follow": (BOTH, follow)}, None),
}
BACKGROUND = {"storefront": watch_prices, "shipping": track, "recommendation": warm_up}


grpc_servers = []


def stop(*_):
    """Ends all streams and connections in order, so that the capture shows how they end."""
    stopping.set()
    places.put(None)
    for server in grpc_servers:
        server.stop(0.25)
    for connection in list(open_sockets):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
    time.sleep(0.3)
    os._exit(0)


def main():
    service, seed = sys.argv[1], sys.argv[2]
    chance.seed(service + seed)
    signal.signal(signal.SIGTERM, stop)
    Handler.service = service
    if service == "inventory":
        database.driver = "pg8000"
    if service in GRPC:
        name, functions, age_s = GRPC[service]
        grpc_servers.append(rpc.serve(name, functions, age_s))
    if service in BACKGROUND:
        threading.Thread(target=BACKGROUND[service], daemon=True).start()
    if service not in ROUTES:
        threading.Event().wait()
    http.server.ThreadingHTTPServer.daemon_threads = True
    http.server.ThreadingHTTPServer(("0.0.0.0", PORT), Handler).serve_forever()


main()
