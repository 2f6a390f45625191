"""rabbitmq.py - a RabbitMQ server on a host of the lab: as nobody, without plugins, its node in the lab's folder. It takes about
ten seconds to load its modules, so begin with it.
"""
import os
import shutil
import time

PORT = 5672
SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"  # without Debian's wrapper, which wants to be rabbitmq


def start(lab, host):
    """Starts the server, and the port mapper that it would otherwise leave behind."""
    folder = lab.path("rabbitmq")
    os.mkdir(folder)
    shutil.chown(folder, "nobody", "nogroup")
    config = lab.write("rabbitmq.config", "[{rabbit, [{loopback_users, []}]}].\n")
    environment = {
        "HOME": folder, "RABBITMQ_NODENAME": "tapgraph@localhost", "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
        "RABBITMQ_LOG_BASE": f"{folder}/log", "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
        "RABBITMQ_PID_FILE": f"{folder}/pid", "RABBITMQ_CONFIG_FILE": f"{folder}/none", "RABBITMQ_ADVANCED_CONFIG_FILE": config,
        "RABBITMQ_FEATURE_FLAGS_FILE": f"{folder}/flags", "RABBITMQ_NODE_IP_ADDRESS": lab.address(host)}
    as_nobody = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "env",
                 *(f"{name}={value}" for name, value in environment.items())]
    lab.start(host, *as_nobody, "epmd")
    lab.start(host, *as_nobody, SERVER)


def listens(lab, host):
    time.sleep(0.2)  # it has work to do
    return f":{PORT} " in lab.run(host, "ss", "-ltn")
