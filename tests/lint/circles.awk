# Circles of files: awk -f circles.awk FILE...
#
# A room is a .c file with its .h file, an include is an arrow between rooms.
# Rooms that no arrow leaves or no arrow reaches are taken away until none is
# left to take; what stays behind goes round in a circle.

function room(path)
{
	sub(/^(src|include)\//, "", path)
	sub(/\.[ch]$/, "", path)
	return path
}

function is_arrow(i)
{
	return from[i] != to[i] && (to[i] in seen) && !(from[i] in gone) &&
	    !(to[i] in gone)
}

FNR == 1 {
	here = room(FILENAME)
}

# a public header is one room with the .c file of the folder in its guard
FILENAME ~ /^include/ && /^#define CONSENT_[A-Z0-9_]+_H$/ {
	split($2, word, "_")
	public = here
	sub(/^libconsent/, tolower(word[2]), here)
	home[public] = here
}

!(here in seen) && here !~ /^libconsent/ {
	seen[here] = 1
	rooms[++n] = here
}

/^#include "[a-z0-9_]+\/|^#include <libconsent\// {
	split($0, quoted, /["<>]/)
	from[++k] = here
	line[k] = FILENAME ":" FNR
	to[k] = room(quoted[2])
}

END {
	for (i = 1; i <= k; i++)
		if (to[i] in home)
			to[i] = home[to[i]]
	do {
		changed = 0
		split("", out)
		split("", into)
		for (i = 1; i <= k; i++)
			if (is_arrow(i)) {
				out[from[i]] = into[to[i]] = 1
			}
		for (i = 1; i <= n; i++)
			if (!(rooms[i] in gone) && !(out[rooms[i]] &&
			    into[rooms[i]])) {
				gone[rooms[i]] = 1
				changed = 1
			}
	} while (changed)
	for (i = 1; i <= k; i++)
		if (is_arrow(i)) {
			print line[i] ": error: " to[i] " leads back here"
			bad = 1
		}
	exit bad
}
