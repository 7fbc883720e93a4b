"""Inserts logical switches by python3-openvswitch; prints [seconds, seconds of processor time] of the second of two runs."""
import json
import resource
import sys
import time

import ovs.db.idl
import ovs.jsonrpc
import ovs.poller
import ovs.stream

what, remote, count, window, schema = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]


def pipelined():
    error, stream = ovs.stream.Stream.open_block(ovs.stream.Stream.open(remote))
    assert not error, error
    rpc = ovs.jsonrpc.Connection(stream)

    def run(tag):
        sent = done = 0
        while done < count:
            while sent < count and sent - done < window:
                row = {"name": "%s-%d" % (tag, sent), "tunnel_key": sent}
                rpc.send(ovs.jsonrpc.Message.create_request(
                    "transact", ["hardware_vtep", {"op": "insert", "table": "Logical_Switch", "row": row}]))
                sent += 1
            rpc.run()
            error, message = rpc.recv()
            if message is None:
                poller = ovs.poller.Poller()
                rpc.wait(poller)
                rpc.recv_wait(poller)
                poller.block()
            elif message.type == ovs.jsonrpc.Message.T_REPLY:
                assert "error" not in message.result[0], message.result
                done += 1
            else:
                assert message.method == "echo"
                rpc.send(ovs.jsonrpc.Message.create_reply(message.params, message.id))

    return run


def idl():
    helper = ovs.db.idl.SchemaHelper(schema)
    helper.register_columns("Logical_Switch", ["name", "tunnel_key"])
    copy = ovs.db.idl.Idl(remote, helper)
    while not copy.has_ever_connected():
        if not copy.run():
            poller = ovs.poller.Poller()
            copy.wait(poller)
            poller.timer_wait(100)
            poller.block()

    def run(tag):
        for n in range(count):
            transaction = ovs.db.idl.Transaction(copy)
            row = transaction.insert(copy.tables["Logical_Switch"])
            row.name = "%s-%d" % (tag, n)
            row.tunnel_key = n
            status = transaction.commit_block()
            assert status == ovs.db.idl.Transaction.SUCCESS, status

    return run


def processor():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


run = {"pipelined": pipelined, "idl": idl}[what]()
run("warm")
began, before = time.monotonic(), processor()
run("hot")
print(json.dumps([time.monotonic() - began, processor() - before]))
