"""The other end of the bus, spoken by Debian's oslo.messaging: an L2 gateway agent and an L2 agent.

usage: oslo_peer.py TRANSPORT_URL HOST [TOPIC...]
Serves the topics of L2 agents, and those that are named.
Reads commands from standard input, one JSON object a line: {"call" or "cast": method, "topic": ..., "version": ..., "args": {...}}.
Writes what happens to standard output, one JSON object a line: replies, and every method that is called here with its arguments.
"""
import json
import sys
import threading

import oslo_messaging
from oslo_config import cfg

lock = threading.Lock()


def say(**what):
    with lock:
        print(json.dumps(what, sort_keys=True), flush=True)


class Endpoint:
    target = oslo_messaging.Target(version='1.0')

    def __getattr__(self, method):
        if method.startswith('_') or method not in METHODS:
            raise AttributeError(method)

        def handle(context, **arguments):
            say(method=method, args=arguments)
            if arguments.get('ovsdb_identifier') == 'broken':
                raise RuntimeError('the switch is broken')

        return handle


METHODS = ('set_monitor_agent', 'add_vif_to_gateway', 'update_vif_to_gateway', 'delete_vif_from_gateway',
           'update_connection_to_gateway', 'delete_network', 'add_fdb_entries', 'remove_fdb_entries', 'tunnel_update', 'tunnel_delete')

url, host = sys.argv[1:3]
conf = cfg.CONF
conf([], project='oslo_peer', default_config_files=[])
transport = oslo_messaging.get_rpc_transport(conf, url)
conf.set_override('control_exchange', 'neutron')
for topic in (*sys.argv[3:], 'q-agent-notifier-l2population-update', 'q-agent-notifier-tunnel-update'):
    server = oslo_messaging.get_rpc_server(
        transport, oslo_messaging.Target(exchange='neutron', topic=topic, server=host), [Endpoint()], executor='threading',
        access_policy=oslo_messaging.LegacyRPCAccessPolicy)
    server.start()
say(ready=True)
for line in sys.stdin:
    command = json.loads(line)
    target = oslo_messaging.Target(exchange='neutron', topic=command['topic'], version=command.get('version', '1.0'))
    client = oslo_messaging.RPCClient(transport, target, timeout=90)
    try:
        if 'call' in command:
            say(reply=client.call({'is_admin': True}, command['call'], **command['args']))
        else:
            client.cast({'is_admin': True}, command['cast'], **command['args'])
            say(sent=command['cast'])
    except Exception as problem:  # Whatever it is, the test reads it.
        say(failed=str(problem), type=type(problem).__name__)
