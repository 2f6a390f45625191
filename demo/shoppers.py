#!/usr/bin/python3
"""The shop's visitors: shoppers.py SECONDS SEED ADDRESS...

Each visit comes from one of the addresses, keeps one connection to the gateway, and clicks its way
from the front page to, sometimes, an order.
"""
import http.client
import json
import math
import random
import sys
import threading
import time
import uuid

GATEWAY = "10.20.0.10"
HOST = "shop.example.com"
BROWSERS = ("Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0", "ShopApp/4.2 (iOS)", "curl/7.88.1")


class Visit(threading.Thread):
    def __init__(self, seed, address):
        super().__init__()
        self.chance = random.Random(seed)
        self.address = address
        self.user = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        self.browser = self.chance.choice(BROWSERS)

    def click(self, method, path, body=None):
        data = json.dumps(body).encode() if body else None
        headers = {"Host": HOST, "User-Agent": self.browser, "x-user": self.user}
        if data:
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, data, headers)
        answer = self.connection.getresponse()
        answer.read()
        time.sleep(0.25 * math.exp(self.chance.gauss(0, 0.6)))
        return answer.status

    def run(self):
        self.connection = http.client.HTTPConnection(GATEWAY, 80, timeout=15,
                                                     source_address=(self.address, 0))
        self.shop()
        self.connection.close()

    def shop(self):
        chance = self.chance
        self.click("GET", "/")
        if chance.random() < 0.3:
            self.click("GET", "/static/shop.css")
        if chance.random() < 0.5:
            words = chance.choice(("red+lamp", "desk", "oak+chair"))
            self.click("GET", f"/search?q={words}&page={chance.randrange(1, 4)}")
        product = 1000
        for _ in range(chance.randrange(1, 4)):
            product = 1000 + chance.randrange(60)
            if chance.random() < 0.06:
                product += 900
            self.click("GET", f"/products/{product}")
        if chance.random() < 0.55:
            self.buy(product)

    def buy(self, product):
        if self.click("POST", "/sessions", {"name": "guest"}) != 201:
            return
        self.click("POST", f"/users/{self.user}/cart/items", {"product": product})
        self.click("GET", f"/users/{self.user}/cart")
        if self.chance.random() < 0.8:
            self.click("POST", f"/users/{self.user}/orders", {"ship": "home"})


def main():
    seconds, seed, addresses = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
    chance = random.Random(seed)
    start = time.monotonic()
    visits = []
    while (now := time.monotonic() - start) < seconds:
        visit = Visit(f"{seed}/{len(visits)}", chance.choice(addresses))
        visit.start()
        visits.append(visit)
        rate = 1.35 + 0.5 * math.sin(2 * math.pi * now / seconds)
        time.sleep(chance.expovariate(rate))
    for visit in visits:
        visit.join()


main()
