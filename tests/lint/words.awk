# What stays out of the source: awk -f words.awk FILE...
# Notes to oneself, and conditional code (a .c file outside of base has no #if).

/(^|[^A-Za-z])(TODO|FIXME|XXX|HACK)([^A-Za-z]|$)/ {
	print FILENAME ":" FNR ": error: a note to oneself"
	bad = 1
}

/^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)([ \t(]|$)/ && FILENAME ~ /\.c$/ &&
    FILENAME !~ /^src\/base\// {
	print FILENAME ":" FNR ": error: conditional code outside of src/base"
	bad = 1
}

END {
	exit bad
}
