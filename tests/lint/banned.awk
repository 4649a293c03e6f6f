# Calls that the project does without: awk -f bare.awk FILE... | awk -f this.
# Each has a safer one in base/ or in the libraries.

BEGIN {
	FS = ":"
	split("strcpy strcat strncpy strncat sprintf vsprintf gets " \
	    "scanf fscanf sscanf vscanf vsscanf strtok strtok_r " \
	    "atoi atol atoll atof alloca system popen mktemp tmpnam tempnam " \
	    "rand srand random srandom drand48 signal asctime ctime gmtime " \
	    "localtime asctime_r ctime_r setlocale setjmp longjmp " \
	    "tolower toupper isalnum isalpha isblank iscntrl isdigit " \
	    "isgraph islower isprint ispunct isspace isupper isxdigit " \
	    "strtol strtoul strtoll strtoull strtoimax strtoumax strtod " \
	    "strtof strcasecmp strncasecmp", names, " ")
	for (i in names)
		banned[names[i]] = 1
	# a call without state or locale that only tells bytes to numbers
	split("strtol strtoul strtoll strtoull strtod", numbers, " ")
	for (i in numbers)
		home[numbers[i]] = "src/base/span.c"
}

{
	text = substr($0, length($1) + length($2) + 3)
	while (match(text, /[A-Za-z0-9_]+[ \t]*\(/)) {
		before = RSTART > 1 ? substr(text, RSTART - 1, 1) : ""
		name = substr(text, RSTART, RLENGTH - 1)
		sub(/[ \t]+$/, "", name)
		text = substr(text, RSTART + RLENGTH)
		if (!(name in banned) || before == "." || before == ">")
			continue
		if (home[name] == $1)
			continue
		print $1 ":" $2 ": error: " name " is banned"
		bad = 1
	}
}

END {
	exit bad
}
