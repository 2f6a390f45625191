#!/usr/bin/python3
"""record_queues.py - records amqp.pcap: what pika does at a RabbitMQ server; mqtt.pcap: what paho does at mosquitto; and
nats.pcap: what the lab's client does at a NATS server.

usage: record_queues.py [NAME...]

What is expected is known from what the clients do, so X.log says what was asked and answered, but not how long it took.
Needs root, tcpdump, rabbitmq-server, mosquitto, nats-server, python3-pika and python3-paho-mqtt (Debian's, and so is the Python).
"""
import json
import os
import sys
import time

import paho.mqtt.client as paho
import pika
import pika.exceptions
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

import nats  # noqa: E402
import rabbitmq  # noqa: E402
from lab import Lab, wait_until  # noqa: E402


class Recorder:
    """Collects what is expected of one protocol's exchanges, in the order of their ends."""

    def __init__(self, lab, protocol):
        self.lab, self.protocol, self.expected = lab, protocol, []

    def told(self, operation, status="OK", outcome="ok", times=1, **other):
        line = {"protocol": self.protocol, "client_address": self.lab.address("client"),
                "server_address": self.lab.address("server"), "method": operation.split(" ")[0], "operation": operation,
                "status": status, "outcome": outcome, **other}
        self.expected += [line] * times


class Amqp:
    hosts = ("server", "client", "tap")

    @staticmethod
    def start(lab):
        rabbitmq.start(lab, "server")
        wait_until(lambda: rabbitmq.listens(lab, "server"), 60, "rabbitmq-server listens")

    @staticmethod
    def connect(lab, record, password="guest", heartbeat=1):
        credentials = pika.PlainCredentials("guest", password)
        where = pika.ConnectionParameters(lab.address("server"), credentials=credentials, heartbeat=heartbeat)
        connection = pika.BlockingConnection(where)
        record.told("connect")
        return connection

    @staticmethod
    def channel(connection, record):
        record.told("channel.open")
        return connection.channel()

    def use(self, lab, record):
        connection = self.connect(lab, record)
        channel = self.channel(connection, record)
        channel.exchange_declare("shop", exchange_type="topic")
        record.told("exchange.declare shop")
        queue = channel.queue_declare("", exclusive=True).method.queue  # the server makes the name
        record.told("queue.declare")
        channel.queue_bind(queue, "shop", "order.#")
        record.told("queue.bind amq.gen-*")
        channel.basic_publish("shop", "order.17.created", b"without confirms")
        record.told("publish shop/order.*.created", None)
        channel.confirm_delivery()
        record.told("confirm.select")
        for size in (0, 5, 40_000):
            channel.basic_publish("shop", "order.18.created", b"x" * size)
            record.told("publish shop/order.*.created", "ack")
        try:
            channel.basic_publish("shop", "nobody", b"comes back", mandatory=True)
        except pika.exceptions.UnroutableError:
            record.told("publish shop/nobody", "312", "client_error")
        channel.basic_publish("", queue, b"to a queue")
        record.told("publish amq.gen-*", "ack")
        self.receive(channel, queue, record)
        self.fail(connection, record)
        channel.queue_unbind(queue, "shop", "order.#")
        record.told("queue.unbind amq.gen-*")
        connection.sleep(2.2)  # heartbeats
        connection.close()
        record.told("channel.close")
        record.told("connection.close")
        try:
            self.connect(lab, Recorder(lab, "amqp"), "hunter2")
        except pika.exceptions.ProbableAuthenticationError:
            record.told("connect", "403", "client_error")

    @staticmethod
    def receive(channel, queue, record):
        received = []

        def take(_, method, __, body):
            received.append(body)
            if len(received) == 1:
                channel.basic_nack(method.delivery_tag, requeue=True)
            else:
                channel.basic_ack(method.delivery_tag)
            if len(received) == 6:
                channel.stop_consuming()

        channel.basic_qos(prefetch_count=1)
        record.told("qos")
        record.told("consume amq.gen-*")
        for number in range(5):
            record.told("deliver shop/order.*.created" if number < 4 else "deliver amq.gen-*", None, path="amq.gen-*")
            if not number:
                record.told("deliver shop/order.*.created", "redelivered", path="amq.gen-*")
        channel.basic_consume(queue, take)
        channel.start_consuming()
        record.told("cancel amq.gen-*")
        channel.basic_get(queue)
        record.told("get amq.gen-*", "empty")
        channel.basic_publish("shop", "order.19.paid", b"got")
        record.told("publish shop/order.*.paid", "ack")
        channel.basic_get(queue, auto_ack=True)
        record.told("get amq.gen-*")

    def fail(self, connection, record):
        channel = self.channel(connection, record)
        try:
            channel.queue_declare("missing", passive=True)
        except pika.exceptions.ChannelClosedByBroker:
            record.told("queue.declare missing", "404", "client_error")
        channel = self.channel(connection, record)
        channel.tx_select()
        record.told("tx.select")
        channel.basic_publish("shop", "order.20.paid", b"in a transaction")
        record.told("publish shop/order.*.paid", None)
        channel.tx_commit()
        record.told("tx.commit")
        channel.basic_publish("nowhere", "x", b"x")
        record.told("publish nowhere/x", None)
        record.told("channel.close publish", "404", "client_error")
        connection.sleep(0.3)


class Mqtt:
    hosts = ("server", "client", "tap")

    @staticmethod
    def start(lab):
        lab.run("server", "mosquitto_passwd", "-b", "-c", lab.path("passwords"), "shop", "hunter2")
        os.chmod(lab.path("passwords"), 0o644)
        rights = lab.write("rights", "user shop\ntopic readwrite shop/#\n")
        config = lab.write("mosquitto.conf", f"listener 1883 {lab.address('server')}\nallow_anonymous false\n"
                           f"password_file {lab.path('passwords')}\nacl_file {rights}\n")
        lab.start("server", "mosquitto", "-c", config)
        wait_until(lambda: ":1883 " in lab.run("server", "ss", "-ltn"), 20, "mosquitto listens")

    @staticmethod
    def connect(lab, version, password="hunter2"):
        """What comes back is told one by one, since the next is only asked when the answer is here."""
        client, came = paho.Client(client_id="client-42", protocol=version), []
        client.username_pw_set("shop", password)
        for name in ("on_connect", "on_publish", "on_subscribe", "on_unsubscribe", "on_message"):
            setattr(client, name, lambda *_: came.append(1))
        client.connect(lab.address("server"))

        def until(count=1):
            wait_until(lambda: (client.loop(0.05), len(came) >= count)[1], 10, "the answer is here")
            del came[:count]
        until()
        return client, until

    def use(self, lab, record):
        client, until = self.connect(lab, paho.MQTTv311)
        record.told("connect")
        for qos, status in enumerate((None, "OK", "OK")):
            for size in (0, 30, 20_000):
                client.publish(f"shop/orders/{size + 17}", b"x" * size, qos=qos)
                until()
                record.told("publish shop/orders/*", status)
        client.subscribe([("shop/none/#", 1), ("shop/+/17", 2)])
        until()
        record.told("subscribe shop/none/#")
        client.subscribe("elsewhere")
        until()
        record.told("subscribe elsewhere")  # mosquitto looks at rights when it delivers
        client.unsubscribe("shop/none/#")
        until()
        record.told("unsubscribe shop/none/#")
        client.disconnect()
        self.use_5(lab, record)
        self.connect(lab, paho.MQTTv5, "wrong")
        record.told("connect", "not-authorized", "client_error")

    def use_5(self, lab, record):
        client, until = self.connect(lab, paho.MQTTv5)
        record.told("connect")
        client.publish("elsewhere", b"x", qos=1)
        until()
        record.told("publish elsewhere", "not-authorized", "client_error")
        client.publish("shop/unwanted", b"x", qos=1)
        until()
        record.told("publish shop/unwanted", "no-subscribers")
        alias = Properties(PacketTypes.PUBLISH)
        alias.TopicAlias = 3
        for topic in ("shop/cart/7/added", "", ""):
            client.publish(topic, b"by its alias", qos=0, properties=alias)
            until()
            record.told("publish shop/cart/*/added", None)
        for qos in range(3):
            client.publish(f"shop/kept/{qos}", b"x" * 2000, qos=qos, retain=True)
            until()
            record.told("publish shop/kept/*", (None, "no-subscribers", "OK")[qos])
        client.subscribe("shop/kept/+", 2)
        until(4)
        record.told("subscribe shop/kept/+")
        record.told("deliver shop/kept/*", "retained", times=3)
        client.unsubscribe("shop/nothing")
        until()
        record.told("unsubscribe shop/nothing", "no-subscription")
        client.disconnect()


class Nats:
    hosts = ("server", "client", "tap")

    @staticmethod
    def start(lab):
        nats.start(lab, "server", ', permissions: { publish: { deny: ["forbidden.>"] } }')

    @staticmethod
    def use(lab, record):
        client = nats.Client(lab)
        record.told("connect")
        for body in (b"", b"x" * 20, b"x" * 30_000):
            client.publish("orders.17.created", body)
            record.told("publish orders.*.created", None)
        client.publish("orders.18.created", b"x", headers={"traceparent": f"00-{'4b' * 16}-{'7c' * 8}-01"})
        record.told("publish orders.*.created", None, trace_id="4b" * 16)
        client.subscribe("price.get", "prices")
        record.told("subscribe price.get", None, path="prices")
        client.flush()
        asking = nats.Client(lab)
        record.told("connect")
        for number in range(3):
            asking.send("price.get", b"what?", number)
            if not number:
                record.told("subscribe _INBOX.*", None)
            question = client.receive()
            record.told("deliver price.get", None)
            client.publish(question["reply"], b"42", headers={"Nats-Service-Error-Code": "400"} if number == 2 else None)
            record.told("reply price.get", None)
            asking.receive()
            record.told("request price.get", *(("400", "client_error") if number == 2 else ()))
        asking.send("nobody.there", b"x", 4)
        asking.receive()
        record.told("request nobody.there", "503", "server_error")
        asking.send("$JS.API.STREAM.INFO.MISSING", b"", 5)
        asking.receive()
        record.told("request $JS.API.STREAM.INFO.MISSING")
        asking.send("$JS.API.STREAM.CREATE.JOBS", b'{"name":"JOBS","subjects":["jobs.*"]}', 6)
        asking.receive()
        record.told("request $JS.API.STREAM.CREATE.JOBS")
        asking.publish("forbidden.thing", b"x")
        asking.flush()
        record.told("publish forbidden.thing", None)
        record.told("error", "permissions", "client_error")
        client.say("UNSUB 1")
        client.flush()
        record.told("unsubscribe", None)
        verbose = nats.Client(lab, verbose=True)
        record.told("connect")
        verbose.publish("orders.19.paid", b"x")
        verbose.next()
        record.told("publish orders.*.paid")
        nats.Client(lab, "wrong")
        record.told("connect", "authorization", "client_error")
        for each in (client, asking, verbose):
            each.close()


def record_one(name, what):
    with Lab(*what.hosts) as lab:
        what.start(lab)
        tcpdump = lab.start("tap", "tcpdump", "-i", "eth0", "-s", "0", "-U", "--immediate-mode", "-w", lab.path("x.pcap"), "tcp")
        time.sleep(1)
        record = Recorder(lab, name)
        lab.enter("client")
        what.use(lab, record)
        lab.leave()
        time.sleep(0.5)
        tcpdump.terminate()
        tcpdump.wait()
        with open(os.path.join(HERE, f"{name}.pcap"), "wb") as file:
            file.write(open(lab.path("x.pcap"), "rb").read())
    with open(os.path.join(HERE, f"{name}.log"), "w") as file:
        for line in record.expected:
            file.write(json.dumps(line) + "\n")


ALL = {"amqp": Amqp(), "mqtt": Mqtt(), "nats": Nats()}

for chosen in sys.argv[1:] or ALL:
    record_one(chosen, ALL[chosen])
