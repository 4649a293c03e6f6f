#!/usr/bin/env python3
"""The recipe of conf/deploy/haproxy with Debian's HAProxy. Writes TAP; BUILD
names the folder of the programs."""

import sys

import front_rules as rules
from front import Front
from tap import expect, play

# what Debian's haproxy.cfg has above, as far as it tells here
ABOVE = """global
	maxconn 100
defaults
	timeout connect 5s
	timeout client 20s
	timeout server 20s
"""


class Haproxy(Front):
    """HAProxy before consentd, by the file of the recipe."""

    def __init__(self):
        super().__init__("haproxy", "haproxy", "haproxy.cfg")

    def begin_front(self):
        conf = self.lay(self.file, ABOVE + self.recipe_text(self.file), [
            ("bind :80\n", f"bind 127.0.0.1:{self.ports['plain']}\n"),
            ("bind :443 ", f"bind 127.0.0.1:{self.ports['front']} "),
            ("127.0.0.1:8080", f"127.0.0.1:{self.ports['consentd']}"),
            ("check port 9180", f"check port {self.ports['admin']}"),
            ("/etc/haproxy/library.example.pem", self.path("both.pem"))])
        # in the foreground, and one process to end
        self.child(["haproxy", "-db", "-f", conf], "haproxy")


def main():
    with Haproxy() as front:
        def trackers_are_withheld():
            rules.trackers_are_withheld(front)

        def the_address_comes_below_http():
            rules.address_and_scheme_arrive(front, [])

        def choices_work():
            rules.choices_work(front)

        def nothing_passes_consentd():
            rules.nothing_passes_consentd(front)

        def plain_http_is_sent_to_tls():
            rules.plain_http_is_sent_to_tls(front)

        def who_comes_without_a_header_is_closed():
            front.ports["plain"] = front.ports["consentd"]
            try:
                front.ask("/direct", plain=True)
                answered = True
            except (OSError, EOFError, ValueError):
                answered = False
            expect(False, answered)

        return play((trackers_are_withheld, the_address_comes_below_http,
                     choices_work, nothing_passes_consentd,
                     plain_http_is_sent_to_tls,
                     who_comes_without_a_header_is_closed))


if __name__ == "__main__":
    sys.exit(main())
