# How long things are: awk -f lengths.awk FILE...
#
# A line has at most 80 columns (tabs of 8), a file 700 lines, a function 100;
# over 60 is a warning. A file whose line says `lint: data` is a table of data
# and may be longer.

function columns(text,    i, c, n)
{
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "\t")
			n += 8 - n % 8
		else if (c < "\200" || c >= "\300")
			n++
	}
	return n
}

function close_file()
{
	if (last > 700 && !data) {
		print file ":1: error: " last " lines, 700 are the most"
		bad = 1
	}
}

FNR == 1 {
	close_file()
	file = FILENAME
	data = start = 0
}

{
	last = FNR
}

/lint: data/ {
	data = 1
}

length($0) > 10 && columns($0) > 80 {
	print FILENAME ":" FNR ": error: over 80 columns"
	bad = 1
}

/^[a-z_][a-z0-9_]*\(/ {
	name = $0
	sub(/\(.*/, "", name)
}

/^\{/ {
	start = FNR
}

/^\}/ && start {
	n = FNR - start + 1
	if (n > 100) {
		print FILENAME ":" start ": error: " name " has " n " lines," \
		    " 100 are the most"
		bad = 1
	} else if (n > 60)
		print FILENAME ":" start ": warning: " name " has " n " lines"
	start = 0
}

END {
	close_file()
	exit bad
}
