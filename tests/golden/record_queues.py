#!/usr/bin/python3
"""record_queues.py - records amqp.pcap: what pika does at a RabbitMQ server.

usage: record_queues.py [NAME...]

What is expected is known from what the clients do, so X.log says what was asked and answered, but not how long it took.
Needs root, tcpdump, rabbitmq-server and python3-pika (Debian's, and so is the Python).
"""
import json
import os
import sys
import time

import pika
import pika.exceptions

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

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


def record_one(name, what):
    with Lab(*what.hosts) as lab:
        what.start(lab)
        tcpdump = lab.start("tap", "tcpdump", "-i", "eth0", "-s", "0", "-U", "-w", lab.path("x.pcap"), "tcp")
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


ALL = {"amqp": Amqp()}

for chosen in sys.argv[1:] or ALL:
    record_one(chosen, ALL[chosen])
