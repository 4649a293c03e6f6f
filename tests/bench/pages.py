"""The pages that are timed, and what is left of their trackers behind a proxy.

An article page is text with the elements that real ones have: headings, links,
pictures, lists, tables, small scripts of its own, and trackers of four kinds:
scripts, inline code, pixels and frames. Each PLACE gets a number from
bench-origin where a page must be another one each time."""

import gzip
import html.parser
import os
import random

PLACE = "@" * 16
# as long as those of real ones, from 9 letters on
HOSTS = [f"{name}.example" for name in (
    "t", "px", "stat", "tags", "count", "pixel", "metric", "ads-cdn",
    "js.heatmap", "connect.face", "bat.search", "snap.career", "www.analytics",
    "www.tag-manager", "static.ads-bird", "cdn.segments", "api.amplify",
    "edge.full-replay", "sync.exchange", "securepubads.g.click")]
CALL = "myTracker("     # what inline trackers have in common
KINDS = ("script", "inline", "pixel", "frame")

WORDS = """the of and to in a is that for it as was with be by on not he his
but at are this have from or had an they which one you were all her she there
would their we him been has when who will more no if out so said what up its
about into than them can only other new some could time these two may then do
first any my now such like our over man me even most made after also did many
before must through back years where much your way well down should because
each just those people how too little state good very make world still own see
men work long get here between both life being under never day same another
know while last might us great old year off come since against go came right
used take three library reading opening hours borrow catalogue shelf archive
evening children printed collection exhibition lecture newspaper membership
""".split()


def words(noise, count):
    return " ".join(noise.choice(WORDS) for _ in range(count))


def tracker(number):
    """The line of a tracker; its kind goes round."""
    host = HOSTS[number % len(HOSTS)]
    kind = KINDS[number % len(KINDS)]
    if kind == "script":
        return f'<script async src="https://{host}/t{number}.js"></script>'
    if kind == "inline":
        return (f"<script>{CALL}'init', '{number}', "
                f"{{host: 'https://{host}/collect'}});</script>")
    if kind == "pixel":
        return (f'<img src="https://{host}/p.gif?n={number}" width="1" '
                'height="1" alt="">')
    return f'<iframe src="https://{host}/f?n={number}" title="f"></iframe>'


def block(noise, number):
    """A few lines of an article, some 600 bytes."""
    yield f'<h2 class="part" id="s{number}">{words(noise, 4).title()}</h2>'
    yield (f'<p class="text">{words(noise, 30)}, <a href="/books/{number}">'
           f"{words(noise, 3)}</a> {words(noise, 25)}. <em>"
           f"{words(noise, 4)}</em> {words(noise, 12)}.</p>")
    turn = number % 6
    if turn == 0:
        yield (f'<figure><img src="/pictures/{number}.jpg" width="640" '
               f'height="360" alt="{words(noise, 5)}"><figcaption>'
               f"{words(noise, 8)}</figcaption></figure>")
    elif turn == 2:
        items = "".join(f"<li>{words(noise, 5)}</li>" for _ in range(4))
        yield f"<ul>{items}</ul>"
    elif turn == 4:
        yield (f'<table><tr><th scope="row">{words(noise, 2)}</th><td>'
               f"{words(noise, 3)}</td></tr></table>")
    elif turn == 5:
        yield (f"<script>show(document.getElementById('s{number}'), "
               f"{{title: '{words(noise, 6)}', open: true}});</script>")


def article(size):
    """The lines of a page of so many bytes; a tracker at least each 8 KB."""
    noise = random.Random(size)
    lines = ["<!doctype html>", '<html lang="en">', "<head>",
             '<meta charset="utf-8">', "<title>Opening hours</title>",
             f"<!-- page {PLACE} -->", tracker(0), tracker(1)]
    if size > 4096:
        lines += ['<link rel="stylesheet" href="/site.css">',
                  "<style>.text { margin: 1em 0; } .part { color: #123; }"
                  "</style>", '<script src="/site.js" defer></script>']
    lines += ["</head>", "<body>", tracker(2), tracker(3)]
    tail = ["</body>", "</html>", ""]
    length = sum(len(line) + 1 for line in lines + tail) - 1
    number, next_tracker, trackers = 0, 4096, 4
    while length < size - 1200:
        more = list(block(noise, number))
        if number % 4 == 3:
            more.append(f'<div data-item="{PLACE}"></div>')
        if length > next_tracker:
            more.append(tracker(trackers))
            trackers, next_tracker = trackers + 1, next_tracker + 8192
        lines += more
        length += sum(len(line) + 1 for line in more)
        number += 1
    rest = size - length - len("<p></p>\n")
    if rest >= 0:
        text = words(noise, rest // 3 + 1)[:rest]
        lines.append(f"<p>{text}</p>")
    return lines + tail


CURVE = [1 << n for n in (10, 12, 14, 16, 18, 20, 22)] + [10 << 20]
SIZES = {"1k": 1024, "15k": 15 << 10, "64k": 64 << 10, "1m": 1 << 20}


def page(size):
    return "\n".join(article(size)).encode()


def write(folder, sizes=None, curve=None):
    """Fills the folder that bench-origin serves; all sizes if none is said."""
    noise = random.Random(1)
    sizes = SIZES if sizes is None else sizes
    files = {f"page-{name}.html": page(size) for name, size in sizes.items()}
    files["packed-64k.html"] = page(64 << 10)
    files["packed-64k.html.gz"] = gzip.compress(page(64 << 10), 6)
    files["image-100k.jpg"] = noise.randbytes(100 << 10)
    files["download-10m.bin"] = noise.randbytes(1 << 20) * 10
    files |= {f"curve-{size}.html": page(size)
              for size in (CURVE if curve is None else curve)}
    for name, text in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(text)


class Live(html.parser.HTMLParser):
    """Counts the trackers that a browser would still ask or run."""

    def __init__(self):
        super().__init__()
        self.found = dict.fromkeys(KINDS, 0)
        self.runs = False

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        source = attrs.get("src") or ""
        tracks = any(f"//{host}/" in source for host in HOSTS)
        kind = {"script": "script", "img": "pixel", "iframe": "frame"}
        self.runs = tag == "script" and (attrs.get("type") or "") in (
            "", "module", "text/javascript", "application/javascript")
        if tracks and tag in kind and (tag != "script" or self.runs):
            self.found[kind[tag]] += 1

    def handle_endtag(self, tag):
        self.runs = False

    def handle_data(self, data):
        # the guard has the word among its own, not at the beginning
        if self.runs and data.lstrip().startswith(CALL):
            self.found["inline"] += 1


def look(sent, got):
    """What a proxy made of a page: {trackers left, planted, lines kept}."""
    before, after = Live(), Live()
    text = got.decode("utf-8", "replace")
    before.feed(sent.decode())
    after.feed(text)
    plain = [line for line in sent.decode().split("\n")
             if PLACE not in line and not any(h in line for h in HOSTS)]
    there = set(text.split("\n"))
    kept = sum(line in there or line in text for line in plain)
    return {"planted": before.found, "left": after.found,
            "lines": len(plain), "kept": kept, "bytes": len(got)}
