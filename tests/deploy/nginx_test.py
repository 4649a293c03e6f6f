#!/usr/bin/env python3
"""The recipe of conf/deploy/nginx with Debian's nginx. Writes TAP; BUILD names
the folder of the programs."""

import sys

import front_rules as rules
from front import Front
from tap import play

# what Debian's nginx.conf has around a file of conf.d/, with folders of ours
AROUND = """daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
	access_log off;
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;
	include {file};
}}
"""


class Nginx(Front):
    """nginx before consentd, by a file of a recipe."""

    def __init__(self, recipe="nginx", more=()):
        super().__init__(recipe, "nginx", "library.example.conf")
        self.more = list(more)

    def begin_front(self):
        replaced = [
            ("\tlisten [::]:443 ssl http2;\n", ""),
            ("listen 443 ", f"listen 127.0.0.1:{self.ports['front']} "),
            ("127.0.0.1:8080", f"127.0.0.1:{self.ports['consentd']}"),
            ("/etc/nginx/library.example.pem", self.path("cert.pem")),
            ("/etc/nginx/library.example.key", self.path("key.pem"))]
        file = self.lay(self.file, self.recipe_text(self.file), [
            *replaced, *((old, new.format(**self.ports, folder=self.folder))
                         for old, new in self.more)])
        conf = self.lay("nginx.conf", AROUND.format(
            folder=self.folder, file=file), ())
        self.child(["nginx", "-p", self.folder, "-e",
                    self.path("start.log"), "-c", conf], "nginx")


def main():
    more = [("\tlisten [::]:80;\n", ""),
            ("listen 80;", "listen 127.0.0.1:{plain};")]
    with Nginx(more=more) as front:
        def trackers_are_withheld():
            rules.trackers_are_withheld(front)

        def address_and_scheme_arrive():
            rules.address_and_scheme_arrive(front, ["127.0.0.1"])

        def choices_work():
            rules.choices_work(front)

        def nothing_passes_consentd():
            rules.nothing_passes_consentd(front)

        def plain_http_is_sent_to_tls():
            rules.plain_http_is_sent_to_tls(front)

        return play((trackers_are_withheld, address_and_scheme_arrive,
                     choices_work, nothing_passes_consentd,
                     plain_http_is_sent_to_tls))


if __name__ == "__main__":
    sys.exit(main())
