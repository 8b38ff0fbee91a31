"""Services of known limits that scripts/validate_probe starts: pools, nginx, PostgreSQL behind pgbouncer."""
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

COUNTING = pathlib.Path(__file__).resolve().parent / "counting_server.py"


class Workshop:
    """Starts services, and ends them."""

    def __init__(self, program, stack):
        self.program, self.stack = program, stack
        self.folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="validate-probe-"))
        os.chmod(self.folder, 0o777)
        self.log = f"{self.folder}/log"

    def begin(self, command, **more):
        process = subprocess.Popen([str(word) for word in command], text=True, start_new_session=True, **more)

        def end():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()
        self.stack.callback(end)
        return process

    def counting(self, **options):
        words = [f"{name}={value}" for name, value in options.items()]
        self.server = self.begin(["/usr/bin/python3", COUNTING, self.log, *words], stdout=subprocess.PIPE)
        return f"http://127.0.0.1:{int(self.server.stdout.readline())}/"

    def held_s(self):
        """How long the server says that it worked on a request."""
        self.server.terminate()
        self.server.wait()
        return json.loads(pathlib.Path(self.log).read_text())["held_s"]

    def built_in(self, *words):
        server = self.begin([self.program, "serve", *words], stdout=subprocess.PIPE)
        return server.stdout.readline().strip().removeprefix("listening on ")

    def nginx(self, zone, limit, **upstream):
        target, port = self.counting(**upstream), free_port()
        pathlib.Path(f"{self.folder}/nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {self.folder}/pid; error_log /dev/null; {'user root;' if os.getuid() == 0 else ''}
events {{ worker_connections 4096; }}
http {{ access_log off; {zone} {temporary(self.folder)}
  upstream app {{ server {target[7:-1]}; keepalive 512; }}
  server {{ listen 127.0.0.1:{port} backlog=4096; keepalive_requests 1000000;
    location / {{ {limit} proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; }} }} }}
""")
        self.begin(["nginx", "-p", self.folder, "-c", f"{self.folder}/nginx.conf", "-e", "/dev/null"])
        wait_for(port)
        return f"http://127.0.0.1:{port}/"

    def pgbouncer(self, size):
        database, port = self.built_in("postgres"), free_port()
        pathlib.Path(f"{self.folder}/pool.ini").write_text(f"""
[databases]
postgres = {database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 2000
default_pool_size = {size}
logfile = {self.folder}/pool.log
""")
        self.begin(["pgbouncer", "-q", *(["-u", "postgres"] if os.getuid() == 0 else []), f"{self.folder}/pool.ini"])
        wait_for(port)
        return f"postgresql://postgres@127.0.0.1:{port}/postgres"


def temporary(folder):
    return " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                    ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    sys.exit(f"validate_probe: nothing listens on port {port}")
