#!/usr/bin/env python3
"""mongodb_client.py - does with pymongo what a shop would: single and many documents, cursors, a change stream, writes that
nobody confirms, what is refused, and all of it compressed as well.

usage: mongodb_client.py ADDRESS PORT SECRET   needs python3-pymongo; SECRET is in documents, filters and a failed sign-on
"""
import sys
import time

import bson
import pymongo


def shop(client, secret, first):
    orders = client.shop.orders
    orders.insert_one({"_id": first, "card": secret})
    orders.insert_many([{"_id": first + n, "card": f"{secret} {n}"} for n in range(1, 200)])
    for n in range(20):
        assert orders.find_one({"card": secret}) is not None
    assert len(list(orders.find({"card": {"$ne": secret}}, batch_size=50))) >= 200
    orders.update_many({"card": secret}, {"$set": {"paid": True}})
    client.shop.get_collection("clicks_20240131").insert_many([{"_id": first + n} for n in range(5)])
    list(orders.aggregate([{"$match": {"card": secret}}]))
    try:
        orders.insert_one({"_id": first, "card": secret})
        raise AssertionError("a document twice")
    except pymongo.errors.DuplicateKeyError:
        pass
    try:
        client.shop.sealed.find_one({"card": secret})
        raise AssertionError("what is sealed was read")
    except pymongo.errors.OperationFailure:
        pass


def main():
    address, port, secret = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    with pymongo.MongoClient(address, port, retryWrites=False, appname="shop") as client:
        shop(client, secret, 1000)
        unconfirmed = client.shop.get_collection("clicks", write_concern=pymongo.WriteConcern(w=0))
        for n in range(10):
            unconfirmed.insert_one({"_id": n, "card": secret})
        with client.shop.orders.watch(max_await_time_ms=1000) as changes:
            for _ in range(3):
                next(changes)
        try:
            client.admin.command("saslStart", mechanism="PLAIN", payload=bson.Binary(f"\0shop\0{secret}".encode()))
        except pymongo.errors.OperationFailure:
            pass
        time.sleep(1.5)  # of which the monitor hears
    with pymongo.MongoClient(address, port, retryWrites=False, compressors="zlib") as client:
        shop(client, secret, 5000)


main()
