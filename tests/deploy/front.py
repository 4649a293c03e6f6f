"""A recipe of conf/deploy as it is run: a site, consentd and what stands in
front of it, each from the very files, with only addresses and folders of the
test in place of theirs."""

import http.client
import http.server
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from tap import BUILD, TOP, Broken, read

HOST = "library.example"
VISITOR = "127.0.0.2"   # not where the proxies are
SECONDS = 20
TRACKER = b'<script src="https://www.googletagmanager.com/gtag/js"></script>'
PAGE = (b'<!doctype html><html lang="en"><head><title>The library</title>' +
        TRACKER + b"</head><body><h1>Opening hours</h1></body></html>")


class Site(http.server.BaseHTTPRequestHandler):
    """Every path is a page with a tracker, the first with its cookie, too;
    what came is noted."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.heads.append((self.path, list(self.headers.items())))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(PAGE)))
        self.send_header("Cache-Control", "max-age=60")
        if self.path == "/":            # what has it is kept by no cache
            self.send_header("Set-Cookie", "_ga=1; Path=/")
        self.end_headers()
        self.wfile.write(PAGE)

    do_POST = do_GET

    def log_message(self, *_):
        """Says nothing: the output is TAP."""


class Server(http.server.ThreadingHTTPServer):
    """The site's: who closes a connection early is no news."""

    def handle_error(self, *_):
        """Says nothing: the output is TAP."""


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Answer:
    def __init__(self, reply):
        self.status = reply.status
        self.body = reply.read()
        self.fields = reply.headers

    @property
    def has_tracker(self):
        return b'src="https://www.googletagmanager' in self.body

    @property
    def has_notice(self):
        return b'id="consent-notice"' in self.body


class Front:
    """A recipe that runs. names: the folder in conf/deploy, the file of what
    stands in front, and what that is to be replaced by, text by text."""

    def __init__(self, recipe, program, file):
        if not shutil.which(program):
            raise Broken(f"{program} is missing: tools/deps test")
        self.recipe, self.program, self.file = recipe, program, file
        self.folder = tempfile.mkdtemp()
        os.chmod(self.folder, 0o711)    # a proxy's workers have no rights
        self.ports = {name: free_port()
                      for name in ("front", "plain", "consentd", "admin")}
        self.children = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def lay(self, name, text, replaced):
        """Writes a file of the recipe; each text to be replaced is in it."""
        for old, new in replaced:
            if old not in text:
                raise Broken(f"{self.recipe}: {old} is not in it any more")
            text = text.replace(old, new)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def recipe_text(self, name):
        return read(f"conf/deploy/{self.recipe}/{name}")

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        self.site = Server(("127.0.0.1", 0), Site)
        self.site.heads = []
        threading.Thread(target=self.site.serve_forever, daemon=True).start()
        self.certify()
        self.begin_consentd()
        self.begin_front()
        self.wait_for(self.ports["front"])

    def certify(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}",
             "-keyout", self.path("key.pem"), "-out", self.path("cert.pem")],
            check=True, capture_output=True)
        with open(self.path("both.pem"), "wb") as both:
            for name in ("cert.pem", "key.pem"):
                with open(self.path(name), "rb") as file:
                    both.write(file.read())

    def begin_consentd(self):
        shutil.copy(os.path.join(TOP, "conf/policy.conf"), self.folder)
        conf = self.lay("consentd.conf", self.recipe_text("consentd.conf"), [
            ("127.0.0.1:8080", f"127.0.0.1:{self.ports['consentd']}"),
            ("127.0.0.1:9000", f"127.0.0.1:{self.site.server_port}"),
            ("127.0.0.1:9180", f"127.0.0.1:{self.ports['admin']}"),
            ("/var/lib/consentd", self.folder),
            ("/run/consentd", self.folder)])
        self.child([os.path.join(BUILD, "consentd"), "-c", conf], "consentd")
        self.wait_for(self.ports["consentd"])
        self.wait_until_ready()

    def wait_until_ready(self):
        """Until a balancer would send visitors here."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            line = http.client.HTTPConnection("127.0.0.1",
                                              self.ports["admin"], SECONDS)
            line.request("GET", "/readyz")
            status = line.getresponse().status
            line.close()
            if status == 200:
                return
            time.sleep(0.05)
        raise Broken("it is not ready: " + self.logs())

    def begin_front(self):
        """Starts what stands in front; a recipe's test says how."""
        raise NotImplementedError

    def child(self, command, name):
        with open(self.path(f"{name}.log"), "wb") as log:
            self.children.append(subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def wait_for(self, port):
        """Until somebody listens there, or one of ours has ended."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if any(child.poll() is not None for child in self.children):
                    break
                time.sleep(0.05)
        raise Broken("it does not start: " + self.logs())

    def logs(self):
        text = ""
        for name in sorted(os.listdir(self.folder)):
            if name.endswith(".log"):
                with open(self.path(name), encoding="utf-8",
                          errors="replace") as file:
                    text += f"{name}: {file.read()[-2000:]}\n"
        return text

    def __exit__(self, *_):
        for child in reversed(self.children):
            child.send_signal(signal.SIGTERM)
        for child in reversed(self.children):
            try:
                child.wait(SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if hasattr(self, "site"):
            self.site.shutdown()
            self.site.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, path, method="GET", body=None, plain=False, **fields):
        """One request, as a visitor's, by TLS unless it is plain."""
        sock = socket.create_connection(
            ("127.0.0.1", self.ports["plain" if plain else "front"]), SECONDS,
            source_address=(VISITOR, 0))
        if not plain:
            context = ssl.create_default_context(cafile=self.path("cert.pem"))
            sock = context.wrap_socket(sock, server_hostname=HOST)
        line = http.client.HTTPConnection(HOST)
        line.sock = sock
        line.request(method, path, body, {
            "Host": HOST, "Connection": "close",
            **{name.replace("_", "-"): value
               for name, value in fields.items()}})
        answer = Answer(line.getresponse())
        line.close()
        return answer

    def choose(self, action, cookies=""):
        """Makes a choice; the cookies that it leaves."""
        answer = self.ask("/.consent/choice", "POST", f"action={action}",
                          Content_Type="application/x-www-form-urlencoded",
                          Cookie=cookies)
        if answer.status != 303:
            raise Broken(f"{action}: {answer.status}\n{self.logs()}")
        return "; ".join(re.match("[^;]*", row)[0] for row in
                         answer.fields.get_all("Set-Cookie") or ()
                         if "Max-Age=0" not in row and
                         "=;" not in row.split(" ")[0])

    def arrived(self, path):
        """The fields of the last request for a path that the site had."""
        for asked, fields in reversed(self.site.heads):
            if asked == path:
                found = {}
                for name, value in fields:
                    found.setdefault(name.lower(), []).append(value)
                return found
        raise Broken(f"{path} did not arrive")
