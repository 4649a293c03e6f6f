"""A site behind consentd that tests of its numbers visit."""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "proxy"))

from admin_test import ADMIN, Admin     # noqa: E402
from certificates import Authority      # noqa: E402
from memo_test import PAGE, Library     # noqa: E402
from stage import Message, Stage        # noqa: E402

POLICY = '''
version = "2026-11-01";
unknown_cookie = "analytics";
third_parties = "listed";
vendors = ( "matomo" );
categories = ( { id = "essential"; required = true; },
  { id = "analytics"; }, { id = "ads"; } );
cookies = ( { name = "ad_*"; category = "ads"; } );
resources = ( { host = "stats.example"; category = "analytics"; },
  { host = "ads.example"; category = "ads"; },
  { path = "/collect*"; category = "analytics"; } );
'''
# what a browser tells that loaded what is withheld
LEAK = json.dumps([{"type": "csp-violation", "body": {
    "blockedURL": "https://a.stats.example/x",
    "documentURL": "https://library.example/",
    "effectiveDirective": "img-src", "disposition": "report"}}])


class Site(Stage):
    """A daemon, its site and visitors; config as for a Stage."""

    def __init__(self, *config, policy=POLICY):
        super().__init__(start=False)
        self.origin.close()
        self.origin = Library()
        self.origin.pages = {"/page": (b"", PAGE)}
        self.daemon.origin_port = self.origin.port
        self.daemon.policy = [policy]
        self.config = [*ADMIN, "limits = { choices = 0; }", *config]
        self.daemon.write(self.config)
        self.daemon.start()
        self.admin = Admin(self)

    def get(self, path="/page", *fields):
        client = self.client()
        self.ask(client, [f"GET {path} HTTP/1.1", *fields])
        return Message(client)

    def post(self, path, body, kind, *fields):
        client = self.client()
        self.ask(client, [f"POST {path} HTTP/1.1", f"Content-Type: {kind}",
                          "Sec-Fetch-Site: same-origin",
                          f"Content-Length: {len(body)}", *fields],
                 body.encode())
        return Message(client)

    def choose(self, action, *fields):
        """Makes a choice; the Cookie line that carries it, or None."""
        answer = self.post("/.consent/choice", f"action={action}",
                           "application/x-www-form-urlencoded", *fields)
        for line in answer.values("Set-Cookie"):
            if "Max-Age=0" not in line:
                return "Cookie: " + line.split(";")[0]
        return None

    def many(self, lines, body, n):
        """The same request of n clients at a time."""
        clients = [self.client() for _ in range(n)]
        for client in clients:
            self.ask(client, lines, body)
        return [Message(client) for client in clients]

    def choose_many(self, action, n):
        body = f"action={action}".encode()
        self.many(["POST /.consent/choice HTTP/1.1",
                   "Content-Type: application/x-www-form-urlencoded",
                   "Sec-Fetch-Site: same-origin",
                   f"Content-Length: {len(body)}"], body, n)

    def leak(self):
        """A browser tells of a load that is withheld and took place."""
        self.post("/.consent/report", LEAK, "application/reports+json")


def certified(folder, days=90):
    """The configuration of a listener with TLS besides the plain one, whose
    certificate has so many days left."""
    authority = Authority(folder)
    certificate, key = authority.sign("site", "DNS:library.example",
                                      days=days)
    return ['listen = ( "127.0.0.1:0", { address = "127.0.0.1:0"; '
            f'tls = {{ certificate = "{certificate}"; key = "{key}"; }}; }} )']
