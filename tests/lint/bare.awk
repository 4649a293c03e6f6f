# Prints C without comments and without what stands in quotes, line for line,
# each line with its place in front: awk -f bare.awk FILE... gives
# FILE:LINE:TEXT, which the other checks read.

BEGIN {
	one = "^([^'\\\\]|\\\\.)*'"
	two = "^([^\"\\\\]|\\\\.)*\""
}

FNR == 1 {
	comment = 0
}

{
	text = $0
	bare = ""
	while (text != "") {
		if (comment) {
			at = index(text, "*/")
			if (!at)
				break
			comment = 0
			text = substr(text, at + 2)
		} else if (match(text, /"|'|\/\*|\/\//)) {
			bare = bare substr(text, 1, RSTART - 1)
			what = substr(text, RSTART, RLENGTH)
			text = substr(text, RSTART + RLENGTH)
			if (what == "/*")
				comment = 1
			else if (what == "//")
				break
			else if (!match(text, what == "'" ? one : two))
				break
			else {
				bare = bare what what
				text = substr(text, RLENGTH + 1)
			}
		} else {
			bare = bare text
			break
		}
	}
	print FILENAME ":" FNR ":" bare
}
