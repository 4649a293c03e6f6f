#!/usr/bin/env python3
"""Writes src/html/entities.inc: the named character references of HTML 13.5.

The data is that of the standard as the Python library carries it
(html.entities.html5), sorted by bytes. Run it by hand when the list changes:

    python3 src/html/entities.py > src/html/entities.inc
"""
import html.entities

CHUNK = 4000  # a string literal over 4,095 bytes is not portable C


def literal(text):
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "\n".join('\t"%s"' % line for line in lines)


def main():
    names = sorted(html.entities.html5)
    text = "".join(names)
    chunks = [text[i:i + CHUNK] for i in range(0, len(text), CHUNK)]
    print("/* Made by entities.py from the standard's list; do not edit. */")
    print("\nenum {\n\tENTITIES = %d,\n\tENTITY_NAME_MAX = %d\n};\n"
          % (len(names), max(map(len, names))))
    print("/* all names, end to end */\nstatic const struct {")
    for k, chunk in enumerate(chunks):
        print("\tchar part%d[%d];" % (k, len(chunk)))
    print("} entity_names = {")
    print(",\n".join(literal(chunk) for chunk in chunks) + "};\n")
    print("static const struct entity {\n\tuint16_t at; /* in the names */\n"
          "\tuint8_t n;\n\tuint32_t first;\n\tuint16_t second; "
          "/* 0: one code point */\n} entities[ENTITIES] = {")
    at = 0
    for name in names:
        points = [ord(c) for c in html.entities.html5[name]] + [0]
        print("\t{%d, %d, 0x%X, 0x%X}, /* %s */"
              % (at, len(name), points[0], points[1], name))
        at += len(name)
    print("};")


main()
