"""The proxies that are compared, each with one worker, between the same clients
and the same origin."""

import glob
import http.client
import os
import resource
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

from measure import LOAD, PROXIES, pinned, tree
from pages import CALL, HOSTS

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))

from harness.daemon import Daemon       # noqa: E402

SECONDS = 20
LONG = 86400            # no connection ends by itself meanwhile
FILES = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 24000)

NGINX = """
daemon off;
{user}
worker_processes 1;
worker_rlimit_nofile {files};
pid {folder}/nginx.pid;
error_log {folder}/nginx.log error;
events {{ worker_connections {files}; }}
http {{
  access_log off;
  default_type application/octet-stream;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_timeout {long}s;
  keepalive_requests 1000000000;
  upstream origin {{
    server 127.0.0.1:{origin};
    keepalive 512;
    keepalive_requests 1000000000;
    keepalive_timeout {long}s;
  }}
  proxy_http_version 1.1;
  proxy_max_temp_file_size 0;
{servers}
}}
"""

PLAIN = """
  server {{
    listen 127.0.0.1:{port} backlog=4096 {listen};
    {server}
    location / {{ proxy_pass http://origin;
      proxy_set_header Host $host; proxy_set_header Connection "";
      {lines} }}
  }}
"""

# A module takes gzip away only for clients that do not want it: hence a server
# behind a server for gzip on both sides, by a socket in the same worker.
PACKED = """
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    gzip on;
    {lines}
    location / {{ proxy_pass http://unpacked;
      proxy_set_header Host $host; proxy_set_header Connection "";
      proxy_set_header Accept-Encoding ""; }}
  }}
  upstream unpacked {{
    server unix:{folder}/unpacked;
    keepalive 512; keepalive_requests 1000000000; keepalive_timeout {long}s;
  }}
  server {{
    listen unix:{folder}/unpacked;
    gunzip on;
    location / {{ proxy_pass http://origin;
      proxy_set_header Host $host; proxy_set_header Connection "";
      proxy_set_header Accept-Encoding gzip; }}
  }}
"""

HAPROXY = """
global
  nbthread 1
  no strict-limits
  maxconn 12000
defaults
  mode http
  timeout connect 10s
  timeout client {long}s
  timeout server {long}s
  timeout http-keep-alive {long}s
frontend visitors
  bind 127.0.0.1:{port} backlog 4096
  default_backend site
backend site
  http-reuse always
  server origin 127.0.0.1:{origin} pool-purge-delay {long}s
"""

PRIVOXY = """
listen-address 127.0.0.1:{port}
forward / 127.0.0.1:{origin}
confdir {folder}
logdir {folder}
logfile privoxy.log
actionsfile bench.action
filterfile bench.filter
accept-intercepted-requests 1
keep-alive-timeout 3600
default-server-timeout 3600
socket-timeout 3600
connection-sharing 1
max-client-connections 4000
listen-backlog 4096
buffer-limit 65536
"""

PRIVOXY_FILTER = r"""FILTER: trackers Takes trackers out
s@<script[^>]*\ssrc="https://(?:{hosts})/[^"]*"[^>]*></script>@@ig
s@<script>{call}[^<]*</script>@@ig
s@<img[^>]*\ssrc="https://(?:{hosts})/[^"]*"[^>]*>@@ig
s@<iframe[^>]*\ssrc="https://(?:{hosts})/[^"]*"[^>]*></iframe>@@ig
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for_port(port, process):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError("it does not listen: " + " ".join(process.args))


def raise_files():
    """As many files as may be, for what is started from here."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def get(port, path, fields=None):
    """Status, head and body of one answer."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    client.request("GET", path, headers={"Host": "library.example",
                                         **(fields or {})})
    answer = client.getresponse()
    body = answer.read()
    client.close()
    return answer.status, answer.headers, body


class Process:
    """A program that serves a port from a folder of its own."""

    def __init__(self, name):
        self.name, self.port = name, free_port()
        self.folder = tempfile.mkdtemp(prefix="bench-")
        self.process = None

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start(self, command, core=PROXIES):
        self.process = subprocess.Popen(
            pinned(core, command), stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=open(os.path.join(self.folder, "said"), "wb"))
        wait_for_port(self.port, self.process)
        return self

    def pids(self):
        return tree(self.process.pid)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process.stdin.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Origin(Process):
    def __init__(self, build, folder):
        self.name, self.folder = "origin", folder
        self.process = subprocess.Popen(
            pinned(LOAD, [os.path.join(build, "tests/bench-origin"), folder]),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        super().stop()
        self.process.stdout.close()


def program(name):
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not found:
        raise RuntimeError(f"{name} is missing: tools/deps bench")
    return found


def sub_filters():
    """The twenty hosts lead nowhere, however they are quoted."""
    lines = [f"sub_filter '//{host}/' '//blocked.invalid/';"
             for host in HOSTS]
    return "\n    ".join([*lines, "sub_filter_once off;"])


def nginx(name, origin, servers, **more):
    proxy = Process(name)
    user = "user root;" if os.geteuid() == 0 else ""
    rows = {"port": proxy.port, "origin": origin.port, "long": LONG,
            "folder": proxy.folder, "files": FILES, "listen": "",
            "server": "", "lines": "", **more}
    rows["servers"] = servers.format(**rows)
    file = proxy.write("nginx.conf", NGINX.format(user=user, **rows))
    return proxy.start([program("nginx"), "-c", file, "-p", proxy.folder])


def nginx_sub(origin):
    return nginx("nginx sub_filter", origin, PLAIN, lines=sub_filters()
                 + ' proxy_set_header Accept-Encoding "";')


def nginx_packed(origin):
    return nginx("nginx sub_filter", origin, PACKED, lines=sub_filters())


def haproxy(origin):
    proxy = Process("haproxy")
    file = proxy.write("haproxy.cfg", HAPROXY.format(
        port=proxy.port, origin=origin.port, long=LONG))
    return proxy.start([program("haproxy"), "-db", "-f", file])


def privoxy(origin):
    proxy = Process("privoxy")
    hosts = "|".join(host.replace(".", r"\.") for host in HOSTS)
    proxy.write("bench.action", "{+filter{trackers}}\n/\n")
    proxy.write("bench.filter", PRIVOXY_FILTER.format(
        hosts=hosts, call=CALL.replace("(", r"\(")))
    for path in glob.glob("/etc/privoxy/templates"):
        os.symlink(path, os.path.join(proxy.folder, "templates"))
    file = proxy.write("config", PRIVOXY.format(
        port=proxy.port, origin=origin.port, folder=proxy.folder))
    return proxy.start([program("privoxy"), "--no-daemon", file])


def policy(rules=(), guard=True):
    """Rules for the twenty hosts and for inline code, and more of them."""
    hosts = "\n".join(f'  {{ host = "{host}"; category = "analytics"; }},'
                      for host in HOSTS)
    return [
        'version = "2026-11-01"; unknown_cookie = "analytics";',
        f"guard = {str(guard).lower()};",
        'categories = ( { id = "essential"; required = true; },',
        '  { id = "analytics"; } );',
        'cookies = ( { name = "session"; category = "essential"; '
        'ground = "requested"; purpose = "Keeps you signed in"; '
        'lifetime = "session"; },',
        '  { name = "_pk_*"; category = "analytics"; } );',
        "resources = (", hosts, *rules,
        f'  {{ inline = "{CALL}"; category = "analytics"; }} );']


class Consentd:
    """Ours, as it comes: with guard and notice."""

    def __init__(self, build, origin, config=(), rules=(), guard=True):
        self.name = "consentd"
        self.daemon = Daemon(build, origin.port, [
            f"timeouts = {{ idle = {LONG}; upstream_idle = {LONG}; "
            "drain = 0; }",
            "limits = { choices = 0; upstream_connections = 512; "
            "connections = 12000; }",
            'access = { to = "none"; }',    # as the peers
            *config], policy(rules, guard))
        self.daemon.start(by=pinned(PROXIES, []))
        self.daemon.children("worker")
        self.port, self.folder = self.daemon.port, self.daemon.folder

    def pids(self):
        return tree(self.daemon.process.pid)

    def worker(self):
        return self.daemon.children("worker")

    def client(self, certificate=None):
        if not certificate:
            return http.client.HTTPConnection("127.0.0.1", self.port,
                                              timeout=SECONDS)
        context = ssl.create_default_context(cafile=certificate)
        context.check_hostname = False
        return http.client.HTTPSConnection("127.0.0.1", self.port,
                                           timeout=SECONDS, context=context)

    def cookie(self, certificate=None):
        """The token of a visitor who accepted everything."""
        client = self.client(certificate)
        client.request("POST", "/.consent/choice", "action=accept", {
            "Host": "library.example", "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded"})
        answer = client.getresponse()
        answer.read()
        client.close()
        return answer.headers["Set-Cookie"].split(";")[0]

    def stop(self):
        self.daemon.stop()
