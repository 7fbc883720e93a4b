# A service plugin's end of the bus with Debian's oslo.messaging: python3 oslo_plugin.py URL SESSION.jsonl
# Plays a captured session against an agent and prints, as one JSON object a line, what the agent made of it.
import json
import sys
import threading
import time

from oslo_config import cfg
import oslo_messaging as messaging

url, session = sys.argv[1:3]
transport = messaging.get_rpc_transport(cfg.CONF, url=url)

KEYS = {'logical_switches': 'name', 'physical_switches': 'name', 'physical_ports': 'name', 'physical_locators': 'dst_ip', 'remote_macs': 'mac'}
lock = threading.Lock()


class Mirror:
    def __init__(self):
        self.lists, self.dumps = {k: {} for k in KEYS}, 0

    def take(self, activity, data):
        if activity == 0:
            self.dumps += 1
            self.lists = {k: {} for k in KEYS}
        for name, items in data.items():
            kind, _, of = name.partition('_')
            for item in items if of in KEYS else []:
                self.lists[of].pop(item['uuid'], None)
                if kind != 'deleted':
                    self.lists[of][item['uuid']] = item

    def name(self, of, uuid):
        return self.lists[of].get(uuid, {}).get(KEYS[of])

    def seen(self):
        return {
            'networks': sorted([r['name'], r['key']] for r in self.lists['logical_switches'].values()),
            'bindings': sorted([p['name'], b['vlan'], self.name('logical_switches', b['logical_switch_uuid'])]
                               for p in self.lists['physical_ports'].values() for b in p['vlan_bindings']),
            'macs': sorted([m['mac'], self.name('logical_switches', m['logical_switch_id']),
                            self.name('physical_locators', m['physical_locator_id']), m['ip_address']]
                           for m in self.lists['remote_macs'].values())}


ours, theirs, reports = Mirror(), Mirror(), []


class Plugin:
    target = messaging.Target(version='1.2')

    def report_state(self, context, agent_state, time):
        with lock:
            reports.append(agent_state['agent_state'])
        return 'alive'

    def update_ovsdb_changes(self, context, activity, ovsdb_data):
        with lock:
            ours.take(activity, ovsdb_data)

    def notify_ovsdb_states(self, context, ovsdb_states):
        pass


def say(**what):
    print(json.dumps(what), flush=True)


def until(problem, limit=30):
    end = time.time() + limit
    while True:
        with lock:
            wrong = problem()
        if not wrong:
            return
        if time.time() > end:
            say(failed=wrong)
            sys.exit(1)
        time.sleep(0.05)


def translate(value):
    # Rows are known by what they are called: the captured UUIDs are those of another switch.
    if isinstance(value, dict):
        return {k: translate(v) for k, v in value.items()}
    if isinstance(value, list):
        return [translate(v) for v in value]
    for of, rows in theirs.lists.items():
        if value in rows:
            return next((u for u, r in ours.lists[of].items() if r[KEYS[of]] == rows[value][KEYS[of]]), value)
    return value


server = messaging.get_rpc_server(transport, messaging.Target(exchange='neutron', topic='l2gateway_plugin', server='oslo'), [Plugin()], executor='threading')
server.start()
client = messaging.get_rpc_client(transport, messaging.Target(exchange='neutron', topic='l2gateway_agent', version='1.0'), timeout=30)


def elect():
    client.prepare(fanout=True).cast({'is_admin': True}, 'set_monitor_agent', hostname='agent-1')


until(lambda: None if reports else 'the agent did not report')
elect()
until(lambda: None if ours.dumps else 'the switch was not told')
calls = 0
for step in map(json.loads, open(session)):
    if 'told' in step:
        theirs.take(step['told'], step['data'])
        until(lambda: None if ours.seen() == theirs.seen() else 'after %d calls\n%s\nthe original told\n%s' % (calls, ours.seen(), theirs.seen()))
    else:
        result = client.call({'is_admin': True}, step['call'], **translate(step['args']))
        calls += 1
        assert result is None, result
say(replayed=calls, dumps=ours.dumps)

refused = []
for method, arguments in [('no_such_method', {}), ('delete_vif_from_gateway', {'ovsdb_identifier': 'tor-z', 'logical_switch_uuid': '00000000-0000-0000-0000-000000000009', 'mac': ['02:00:00:00:00:09']})]:
    try:
        client.call({'is_admin': True}, method, **arguments)
    except messaging.RemoteError as e:
        refused.append([e.exc_type, e.value])
say(refused=refused)
say(report=reports[0])

sys.stdin.readline()  # Until the broker has been restarted.
until(lambda: None if [p for p in ours.lists['physical_ports'].values() if p['name'] == 'eth9'] else 'a port that came while the broker was away was not told', 90)
reelected = client.call({'is_admin': True}, 'delete_vif_from_gateway', ovsdb_identifier='tor-a', logical_switch_uuid='00000000-0000-0000-0000-000000000009', mac=[])
say(after=ours.seen())
server.stop()
