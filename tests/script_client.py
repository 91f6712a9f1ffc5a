"""What a job of the tests starts in place of Python: has the `script_server` at SOCKET run SCRIPT, and ends as it does.

python -IS script_client.py SOCKET SCRIPT
"""

import json
import os
import signal
import socket
import sys
from pathlib import Path

address, *arguments = sys.argv[1:]
signal.signal(signal.SIGINT, signal.SIG_IGN)  # that of a terminal goes to the script as well
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
    server.connect(f"\0{address}")
    request = json.dumps({"arguments": arguments, "folder": str(Path.cwd()), "variables": dict(os.environ)})
    socket.send_fds(server, [request.encode()], [0, 1, 2])
    script = int(server.recv(64))
    signal.signal(signal.SIGTERM, lambda *_: os.kill(script, signal.SIGTERM))
    status = int(server.recv(64))
if status < 0:  # the signal that ended the script
    signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
sys.exit(status)
