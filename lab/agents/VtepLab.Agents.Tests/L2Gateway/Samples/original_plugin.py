"""The plugin's side of networking-l2gw: its own class of calls, over neutron's own RPC, made to whatever agent serves the bus.

usage: original_plugin.py TRANSPORT_URL AGENT
Says {"done": STEP} after each step, and goes on when a line comes on standard input.
"""
import eventlet

eventlet.monkey_patch()

import json
import sys
import tempfile

from neutron_lib import context
from neutron_lib import rpc
from networking_l2gw.services.l2gateway.common import topics
from networking_l2gw.services.l2gateway.service_drivers import agent_api
from oslo_config import cfg
import oslo_messaging

SWITCH = 'tor-a'
told = []


class Plugin:
    target = oslo_messaging.Target(version='1.2')

    def report_state(self, context, agent_state, time):
        return 'alive'

    def notify_ovsdb_states(self, context, ovsdb_states):
        pass

    def update_ovsdb_changes(self, context, activity, ovsdb_data):
        told.append((activity, ovsdb_data))


def until_told(which, of=lambda row: True):
    """The first row of a list that the agent has told of, waited for."""
    for _ in range(600):
        for _, data in told:
            for row in data.get(which, []):
                if of(row):
                    return row
        eventlet.sleep(0.1)
    raise SystemExit('the agent did not tell of %s: %s' % (which, json.dumps(told)))


def done(step, **more):
    print(json.dumps(dict(done=step, **more)), flush=True)
    sys.stdin.readline()


with tempfile.NamedTemporaryFile('w', suffix='.conf') as neutron_conf:
    neutron_conf.write('[DEFAULT]\ncontrol_exchange = neutron\ntransport_url = %s\n' % sys.argv[1])
    neutron_conf.flush()
    cfg.CONF(['--config-file', neutron_conf.name], project='neutron')
cfg.CONF.register_opts([cfg.StrOpt('host', default='controller')])
rpc.init(cfg.CONF)
connection = rpc.Connection()
connection.create_consumer(topics.L2GATEWAY_PLUGIN, [Plugin()], fanout=False)
connection.consume_in_threads()
api = agent_api.L2gatewayAgentApi(topics.L2GATEWAY_AGENT, 'controller')
admin = context.get_admin_context()

while not told:
    api.set_monitor_agent(admin, sys.argv[2])
    eventlet.sleep(1)
port = until_told('new_physical_ports')
switch = until_told('new_physical_switches')


def binding(logical_switch):
    return [dict(port, physical_switch_id=switch['uuid'], vlan_bindings=[{'vlan': 10, 'logical_switch_uuid': logical_switch}])]


def mac(row, address, logical_switch):
    return {'uuid': row, 'mac': address, 'ip_address': '10.0.0.9', 'logical_switch_id': logical_switch, 'physical_locator_id': None}


api.update_connection_to_gateway(
    admin, SWITCH, {'uuid': None, 'name': 'net-1', 'key': 5000, 'description': 'blue'}, [{'uuid': None, 'dst_ip': '192.0.2.11'}],
    {'192.0.2.11': [mac(None, 'fa:16:3e:00:00:01', None)]}, binding(None), 'CREATE')
done('connected')
blue = until_told('new_logical_switches')['uuid']
node = until_told('new_physical_locators', lambda row: row['dst_ip'] == '192.0.2.11')
described = {'uuid': blue, 'name': 'net-1', 'key': 5000, 'description': 'blue'}
api.add_vif_to_gateway(admin, SWITCH, described, {'uuid': node['uuid'], 'dst_ip': '192.0.2.11'}, mac(None, 'fa:16:3e:00:00:02', blue))
done('added')
row = until_told('new_remote_macs', lambda row: row['mac'] == 'fa:16:3e:00:00:02')
api.update_vif_to_gateway(admin, SWITCH, {'uuid': None, 'dst_ip': '192.0.2.12'}, mac(row['uuid'], row['mac'], blue))
done('moved')
api.delete_vif_from_gateway(admin, SWITCH, blue, ['fa:16:3e:00:00:01', 'fa:16:3e:00:00:02'])
api.update_connection_to_gateway(admin, SWITCH, {}, [], {}, binding(blue), 'DELETE')
api.delete_network(admin, SWITCH, blue)
until_told('deleted_logical_switches')
done('disconnected')
try:
    api.update_connection_to_gateway(admin, 'tor-z', described, [], {}, binding(None), 'CREATE')
    done('refused', by='nobody')
except Exception as refused:
    done('refused', by=str(refused))
