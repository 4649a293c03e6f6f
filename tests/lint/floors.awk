# Who may include what: awk -f floors.awk src/FLOORS FILE...
#
# A line of FLOORS is a floor, the highest first. `a b` are two folders of the
# hall, `a | b` two folders of two wings, `| a b` both of the second wing. An
# include names its own folder, or a lower floor of its own wing or the hall.
# A line `@NAME FOLDER...` says who may see an outside header: NAME is a header
# or the folder before its slash; FOLDER may be one file, or a beginning of
# names with a star. A line `@ HEADER...` lists what all may see. What no line
# names is refused.

FILENAME == ARGV[1] {
	if ($1 == "@") {
		for (i = 2; i <= NF; i++)
			common[$i] = 1
		next
	}
	if ($1 ~ /^@/) {
		allowed[substr($1, 2)] = substr($0, length($1) + 2)
		next
	}
	bar = index($0, "|")
	for (i = w = 1; i <= NF; i++)
		if ($i == "|")
			w = 2
		else {
			floor[$i] = FNR
			wing[$i] = bar ? w : 0
		}
	next
}

FNR == 1 {
	split(FILENAME, place, "/")
	here = place[2]
}

# a public header belongs to the folder that its guard names
FILENAME ~ /^include/ && /^#define CONSENT_[A-Z0-9_]+_H$/ {
	split($2, word, "_")
	here = home[place[3]] = tolower(word[2])
}

/^[ \t]*#[ \t]*include/ {
	n++
	line[n] = FILENAME ":" FNR
	file[n] = FILENAME
	from[n] = here
	split($0, quoted, /["<>]/)
	to[n] = quoted[2]
	outside[n] = /</ && to[n] !~ /^libconsent\//
}

function refuse(i, why)
{
	print line[i] ": error: " why
	bad = 1
}

# whether one of the words is this folder, this file, or the start of its name
function holds(words, folder, path,    i, n, word)
{
	sub(/^src\//, "", path)
	n = split(words, word, " ")
	for (i = 1; i <= n; i++) {
		if (word[i] == folder || word[i] == path)
			return 1
		if (word[i] ~ /\*$/ && index(path,
		    substr(word[i], 1, length(word[i]) - 1)) == 1)
			return 1
	}
	return 0
}

function check_outside(i,    key)
{
	if (to[i] in common)
		return
	key = to[i]
	if (!(key in allowed))
		sub(/\/.*/, "", key)
	if (!(key in allowed))
		refuse(i, to[i] " is not in src/FLOORS")
	else if (!holds(allowed[key], from[i], file[i]))
		refuse(i, from[i] " may not see " to[i])
}

function check_own(i,    part, a, b)
{
	split(to[i], part, "/")
	a = from[i]
	b = part[1] == "libconsent" ? home[part[2]] : part[1]
	if (!(b in floor))
		refuse(i, to[i] " belongs to no floor")
	else if (!(a in floor))
		refuse(i, file[i] " belongs to no floor")
	else if (a == b)
		return
	else if (floor[b] <= floor[a] ||
	    (wing[a] && wing[b] && wing[a] != wing[b]))
		refuse(i, a " may not include " to[i])
}

END {
	for (i = 1; i <= n; i++)
		if (outside[i])
			check_outside(i)
		else
			check_own(i)
	exit bad
}
