"""A child process that migrates and is killed before its n-th request: `python migrating.py URL PREFIX PERIOD N`.

With N = 0 nobody kills it, and it prints how many requests it made.
"""

import os
import signal
import sys

from mentions.elastic_client import connect
from mentions.elastic_migrate import migrate
from mentions.elastic_names import Names


def renamed(source):
    """What the made-up change of schema does to a document: one field is written in another way."""
    return {**source, "pipeline": f"{source['pipeline']}-again"} if "again" not in source["pipeline"] else source


def main(url, prefix, period, last):
    requests = 0
    with connect(url) as client:
        send = client.transport.perform_request

        def counting(*arguments, **options):
            nonlocal requests
            requests += 1
            if requests == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return send(*arguments, **options)

        client.transport.perform_request = counting
        migrate(client, Names(prefix, period), document=renamed)
    sys.stdout.write(f"{requests}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
