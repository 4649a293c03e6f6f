# What a header owes its reader: awk -f headers.awk FILE.h...
#
# The guard is CONSENT_DIR_NAME_H, the file opens with a comment, there are at
# most 12 functions, and a comment stands directly above each of them, or above
# the group that stands together without a blank line. In include/libconsent
# the guard names the folder that has the .c file, so there any DIR is taken;
# and each function has a line in abi.h, without which nobody can link to it.

function refuse(line, why)
{
	print file ":" line ": error: " why
	bad = 1
}

function close_file()
{
	if (file == "")
		return
	if (count > 12)
		refuse(1, count " functions, 12 are the most")
	if (!opened)
		refuse(1, "no comment says what the module does")
	if (!guarded)
		refuse(1, "the guard is not " wanted)
}

FNR == 1 {
	close_file()
	file = FILENAME
	count = opened = guarded = comment = 0
	depth = above = covered = 0
	statement = ""
	wanted = toupper(file)
	sub(/^(SRC|TESTS)\//, "", wanted)
	sub(/^INCLUDE\/LIBCONSENT\//, "[A-Z0-9]+_", wanted)
	gsub(/[^A-Z0-9_+\[\]-]/, "_", wanted)
	wanted = "CONSENT_" wanted
}

/^#define/ && $2 ~ ("^" wanted "$") {
	guarded = 1
}

/^[ \t]*\/\*/ {
	comment = 1
	opened = opened || FNR < 6
}

comment {
	if (/\*\//) {
		comment = 0
		above = FNR
	}
	next
}

/^#define [a-z_0-9]+ consent_/ && file ~ /libconsent\/abi\.h$/ {
	has_abi = 1
	exported["consent_" $2 == $3 ? $2 : ""] = FILENAME ":" FNR
}

/^#/ || /^[ \t]*$/ || /^CONSENT_(BEGIN|END)$/ {
	next
}

# the rest are declarations at the outer level, put together to one line
{
	if (statement == "")
		first = FNR
	statement = statement " " $0
	opens = gsub(/\{/, "{")
	closes = gsub(/\}/, "}")
	depth += opens - closes
	if (depth == 0 && /[;}][ \t]*(\/\*.*)?$/) {
		judge(statement)
		statement = ""
	}
}

# text is one declaration: is it a function, and has it its contract?
function judge(text)
{
	if (text ~ /^ *extern / && text !~ /\(/) {
		sub(/;.*/, "", text)
		sub(/.*[ *]/, "", text)
		objects[text] = 1
	}
	sub(/\{.*/, "", text)
	gsub(/(__attribute__|CONSENT_[A-Z]+) *\(.*\)/, "", text)
	if (text !~ /\(/ || text ~ /^ *(typedef|_Static_assert)/)
		return
	count++
	if (file ~ /include\/libconsent\// &&
	    match(text, /[a-z_0-9]+ *\(/)) {
		name = substr(text, RSTART, RLENGTH - 1)
		sub(/ .*/, "", name)
		declared[name] = file ":" first
	}
	if (above != first - 1 && covered != first - 1)
		refuse(first, "no comment directly above this function")
	else
		covered = FNR
}

END {
	close_file()
	for (name in declared)
		if (has_abi && !(name in exported)) {
			print declared[name] ": error: " name \
			    " has no line in include/libconsent/abi.h"
			bad = 1
		}
	for (name in exported)
		if (!(name in declared) && !(name in objects)) {
			print exported[name] ": error: " name \
			    " is declared in no header beside it"
			bad = 1
		}
	exit bad
}
