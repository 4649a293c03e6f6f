"""Draws curves as SVG: both axes logarithmic, each line named at its end."""

import html
import math

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 78, 170, 56, 62
APART = 16      # between two names of lines

# colours that differ in lightness, too; the second for dark grounds
COLOURS = (("#b3440e", "#f28c4e"), ("#0b5fa5", "#6db3f2"),
           ("#3f7d20", "#8bcf63"), ("#7b3fa0", "#c79be6"),
           ("#5c5c5c", "#b8b8b8"))
# who has always the same
NAMES = ("nginx", "nginx sub_filter", "consentd", "consentd, seen before",
         "haproxy")
MARKS = ("circle", "square", "diamond", "up", "down")

STYLE = """
.ground { fill: #ffffff } text { fill: #1f2328; font: 13px sans-serif }
.title { font-size: 16px; font-weight: bold } .grid { stroke: #d8dee4 }
.frame { stroke: #57606a; fill: none } .line { fill: none; stroke-width: 2 }
%s
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d }
.frame { stroke: #8b949e }
%s
}
"""


def scaled(value, unit):
    """A tick as people write it."""
    if unit == "bytes":
        for step, name in ((1 << 20, "MB"), (1 << 10, "KB")):
            if value >= step:
                return f"{value / step:g} {name}"
        return f"{value:g} B"
    if value >= 1e6:
        return f"{value / 1e6:g} M"
    return f"{value:,.10g}"


class Axis:
    """One axis: from a value to a place. Its ends are ticks."""

    def __init__(self, values, unit, start, end):
        self.unit, self.start, self.end = unit, start, end
        base = self.base = 4 if unit == "bytes" else 10
        first = math.floor(math.log(min(values), base) + 1e-9)
        last = math.ceil(math.log(max(values), base) - 1e-9)
        self.first, self.last = first, max(last, first + 1)
        if unit == "bytes":     # sizes end where they end
            self.last = math.log(max(values), base)

    def place(self, value):
        part = ((math.log(value, self.base) - self.first)
                / (self.last - self.first))
        return self.start + part * (self.end - self.start)

    def ticks(self):
        power = self.first
        while power <= self.last + 1e-9:
            yield self.base ** power
            power += 1
        if self.last - (power - 1) > 0.3:
            yield round(self.base ** self.last)

    def small_ticks(self):
        """Lines between the named ones, where there are few of these."""
        if self.unit == "bytes" or self.last - self.first > 3:
            return []
        return [n * tick for tick in list(self.ticks())[:-1]
                for n in (2, 5)]


def mark(shape, x, y, name):
    if shape == "circle":
        return f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    points = {"square": ((-4, -4), (4, -4), (4, 4), (-4, 4)),
              "diamond": ((0, -5), (5, 0), (0, 5), (-5, 0)),
              "up": ((0, -5), (5, 4), (-5, 4)),
              "down": ((0, 5), (5, -4), (-5, -4))}[shape]
    text = " ".join(f"{x + a:.1f},{y + b:.1f}" for a, b in points)
    return f'<polygon class="{name}" points="{text}"/>'


def text(x, y, words, more=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" {more}>'
            f"{html.escape(words)}</text>")


def draw_grid(x_axis, y_axis):
    for tick in x_axis.ticks():
        x = x_axis.place(tick)
        yield (f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" '
               f'y2="{HEIGHT - BOTTOM}"/>')
        yield text(x, HEIGHT - BOTTOM + 20, scaled(tick, x_axis.unit),
                   'text-anchor="middle"')
    for tick in [*y_axis.ticks(), *y_axis.small_ticks()]:
        y = y_axis.place(tick)
        yield (f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" '
               f'y1="{y:.1f}" y2="{y:.1f}"/>')
        yield text(LEFT - 8, y + 4, scaled(tick, y_axis.unit),
                   'text-anchor="end"')


def spread(places):
    """Moves names that would touch apart; keeps their order."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    out = list(places)
    for before, here in zip(order, order[1:]):
        out[here] = max(out[here], out[before] + APART)
    over = max(out) - (HEIGHT - BOTTOM)
    if over > 0:
        for i in order:
            out[i] -= over
    return out


def draw_lines(series, x_axis, y_axis):
    right = WIDTH - RIGHT
    ends = spread([y_axis.place(points[-1][1]) for _, points in series])
    for number, ((label, points), end) in enumerate(zip(series, ends)):
        number = NAMES.index(label) if label in NAMES else number
        colour = f"c{number % len(COLOURS)}"
        places = [(x_axis.place(x), y_axis.place(y)) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'<polyline class="line {colour}" points="{path}"/>'
        for x, y in places:
            yield mark(MARKS[number % len(MARKS)], x, y, colour + "f")
        yield text(right + 12, end + 4, label,
                   f'class="{colour}f"')


def write(path, title, axes, series):
    """axes: two of (label, unit), unit "bytes" or ""; series: rows of label,
    points (x, y), all above zero."""
    (x_label, x_unit), (y_label, y_unit) = axes
    xs = [x for _, points in series for x, _ in points]
    ys = [y for _, points in series for _, y in points]
    x_axis = Axis(xs, x_unit, LEFT, WIDTH - RIGHT)
    y_axis = Axis(ys, y_unit, HEIGHT - BOTTOM, TOP)
    inks = [[f".c{i} {{ stroke: {pair[dark]} }} "
             f".c{i}f {{ fill: {pair[dark]} }}"
             for i, pair in enumerate(COLOURS)] for dark in (0, 1)]
    middle = TOP + (HEIGHT - TOP - BOTTOM) / 2
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
        f'height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{html.escape(title)}</title>",
        "<style>" + STYLE % tuple("\n".join(ink) for ink in inks)
        + "</style>",
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
        text(LEFT, 30, title, 'class="title"'),
        *draw_grid(x_axis, y_axis),
        f'<rect class="frame" x="{LEFT}" y="{TOP}" '
        f'width="{WIDTH - RIGHT - LEFT}" height="{HEIGHT - TOP - BOTTOM}"/>',
        *draw_lines(series, x_axis, y_axis),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, x_label,
             'text-anchor="middle"'),
        text(0, 0, y_label, 'text-anchor="middle" '
             f'transform="translate(20 {middle}) rotate(-90)"'),
        "</svg>", ""]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(rows))
