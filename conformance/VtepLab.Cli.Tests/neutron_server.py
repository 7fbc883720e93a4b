"""Debian's neutron-server with ML2 and the service plugin of networking-l2gw, its tables in SQLite.

usage: neutron_server.py DATABASE --config-file FILE...
Debian 12 packs a networking-l2gw that is older than its neutron: what two changes of neutron took from it is given back here, from outside.
"""
import sqlite3
import sys
import time

from neutron.cmd.eventlet import server  # First: it makes the standard library cooperative.

from networking_l2gw.db.l2gateway import l2gateway_db
from networking_l2gw.db.l2gateway import l2gateway_models  # noqa: F401
from networking_l2gw.db.l2gateway.ovsdb import models  # noqa: F401
from neutron.db.migration.models import head  # noqa: F401
from neutron_lib.db import api
from neutron_lib.db import model_base
from oslo_db import exception
import eventlet
import sqlalchemy
from sqlalchemy import event

database = sys.argv.pop(1)
model_base.BASEV2.metadata.create_all(sqlalchemy.create_engine('sqlite:///' + database))
with sqlite3.connect(database) as connection:
    connection.execute('PRAGMA journal_mode=WAL')  # Its processes write at the same time.


def execute(cursor, statement, parameters, context):
    """One statement. Who has the lock may be another green thread of this process, which goes on only while this one sleeps.

    A transaction that has read before another one wrote can never write: neutron does those again that end in a deadlock.
    """
    end = time.monotonic() + 60
    while True:
        try:
            cursor.execute(statement, parameters)
            return True
        except sqlite3.OperationalError as e:
            if e.sqlite_errorcode == sqlite3.SQLITE_BUSY_SNAPSHOT:
                raise exception.DBDeadlock(e) from e
            if e.sqlite_errorcode & 0xff != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        eventlet.sleep(0.02)


event.listen(sqlalchemy.engine.Engine, 'do_execute', execute)

# Sessions of neutron-lib 3 begin a transaction by themselves, so the plugin's own, nested in it, would never be committed.
api._create_context_manager().configure(__autocommit=True)

# Neutron 21 hands subscribers a payload; the plugin expects what is in it.
callback = l2gateway_db.l2gw_callback
l2gateway_db.l2gw_callback = lambda resource, event, trigger, payload: callback(
    resource, event, trigger, context=payload.context, port=payload.latest_state)

sys.exit(server.main())
