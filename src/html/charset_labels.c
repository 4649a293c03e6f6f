#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/spelling.h"
#include "html/charset.h"

enum {
	LABEL_MAX = 19,

	/* short names for the table */
	ASCII = CHARSET_ASCII_COMPATIBLE,
	UTF16LE = CHARSET_UTF16LE,
	UTF16BE = CHARSET_UTF16BE,
	UNREADABLE = CHARSET_UNREADABLE
};

struct label {
	char name[LABEL_MAX + 1];
	unsigned char charset;
};

/*
 * The labels of the Encoding standard (4.2), sorted, each with what its
 * encoding means here. clang-format would break the rows of the table.
 */
/* clang-format off */
static const struct label labels[] = {
    {"866", ASCII},
    {"ansi_x3.4-1968", ASCII},
    {"arabic", ASCII},
    {"ascii", ASCII},
    {"asmo-708", ASCII},
    {"big5", ASCII},
    {"big5-hkscs", ASCII},
    {"chinese", ASCII},
    {"cn-big5", ASCII},
    {"cp1250", ASCII},
    {"cp1251", ASCII},
    {"cp1252", ASCII},
    {"cp1253", ASCII},
    {"cp1254", ASCII},
    {"cp1255", ASCII},
    {"cp1256", ASCII},
    {"cp1257", ASCII},
    {"cp1258", ASCII},
    {"cp819", ASCII},
    {"cp866", ASCII},
    {"csbig5", ASCII},
    {"cseuckr", ASCII},
    {"cseucpkdfmtjapanese", ASCII},
    {"csgb2312", ASCII},
    {"csibm866", ASCII},
    {"csiso2022jp", UNREADABLE},
    {"csiso2022kr", UNREADABLE},
    {"csiso58gb231280", ASCII},
    {"csiso88596e", ASCII},
    {"csiso88596i", ASCII},
    {"csiso88598e", ASCII},
    {"csiso88598i", ASCII},
    {"csisolatin1", ASCII},
    {"csisolatin2", ASCII},
    {"csisolatin3", ASCII},
    {"csisolatin4", ASCII},
    {"csisolatin5", ASCII},
    {"csisolatin6", ASCII},
    {"csisolatin9", ASCII},
    {"csisolatinarabic", ASCII},
    {"csisolatincyrillic", ASCII},
    {"csisolatingreek", ASCII},
    {"csisolatinhebrew", ASCII},
    {"cskoi8r", ASCII},
    {"csksc56011987", ASCII},
    {"csmacintosh", ASCII},
    {"csshiftjis", ASCII},
    {"csunicode", UTF16LE},
    {"cyrillic", ASCII},
    {"dos-874", ASCII},
    {"ecma-114", ASCII},
    {"ecma-118", ASCII},
    {"elot_928", ASCII},
    {"euc-jp", ASCII},
    {"euc-kr", ASCII},
    {"gb18030", ASCII},
    {"gb2312", ASCII},
    {"gb_2312", ASCII},
    {"gb_2312-80", ASCII},
    {"gbk", ASCII},
    {"greek", ASCII},
    {"greek8", ASCII},
    {"hebrew", ASCII},
    {"hz-gb-2312", UNREADABLE},
    {"ibm819", ASCII},
    {"ibm866", ASCII},
    {"iso-10646-ucs-2", UTF16LE},
    {"iso-2022-cn", UNREADABLE},
    {"iso-2022-cn-ext", UNREADABLE},
    {"iso-2022-jp", UNREADABLE},
    {"iso-2022-kr", UNREADABLE},
    {"iso-8859-1", ASCII},
    {"iso-8859-10", ASCII},
    {"iso-8859-11", ASCII},
    {"iso-8859-13", ASCII},
    {"iso-8859-14", ASCII},
    {"iso-8859-15", ASCII},
    {"iso-8859-16", ASCII},
    {"iso-8859-2", ASCII},
    {"iso-8859-3", ASCII},
    {"iso-8859-4", ASCII},
    {"iso-8859-5", ASCII},
    {"iso-8859-6", ASCII},
    {"iso-8859-6-e", ASCII},
    {"iso-8859-6-i", ASCII},
    {"iso-8859-7", ASCII},
    {"iso-8859-8", ASCII},
    {"iso-8859-8-e", ASCII},
    {"iso-8859-8-i", ASCII},
    {"iso-8859-9", ASCII},
    {"iso-ir-100", ASCII},
    {"iso-ir-101", ASCII},
    {"iso-ir-109", ASCII},
    {"iso-ir-110", ASCII},
    {"iso-ir-126", ASCII},
    {"iso-ir-127", ASCII},
    {"iso-ir-138", ASCII},
    {"iso-ir-144", ASCII},
    {"iso-ir-148", ASCII},
    {"iso-ir-149", ASCII},
    {"iso-ir-157", ASCII},
    {"iso-ir-58", ASCII},
    {"iso8859-1", ASCII},
    {"iso8859-10", ASCII},
    {"iso8859-11", ASCII},
    {"iso8859-13", ASCII},
    {"iso8859-14", ASCII},
    {"iso8859-15", ASCII},
    {"iso8859-2", ASCII},
    {"iso8859-3", ASCII},
    {"iso8859-4", ASCII},
    {"iso8859-5", ASCII},
    {"iso8859-6", ASCII},
    {"iso8859-7", ASCII},
    {"iso8859-8", ASCII},
    {"iso8859-9", ASCII},
    {"iso88591", ASCII},
    {"iso885910", ASCII},
    {"iso885911", ASCII},
    {"iso885913", ASCII},
    {"iso885914", ASCII},
    {"iso885915", ASCII},
    {"iso88592", ASCII},
    {"iso88593", ASCII},
    {"iso88594", ASCII},
    {"iso88595", ASCII},
    {"iso88596", ASCII},
    {"iso88597", ASCII},
    {"iso88598", ASCII},
    {"iso88599", ASCII},
    {"iso_8859-1", ASCII},
    {"iso_8859-15", ASCII},
    {"iso_8859-1:1987", ASCII},
    {"iso_8859-2", ASCII},
    {"iso_8859-2:1987", ASCII},
    {"iso_8859-3", ASCII},
    {"iso_8859-3:1988", ASCII},
    {"iso_8859-4", ASCII},
    {"iso_8859-4:1988", ASCII},
    {"iso_8859-5", ASCII},
    {"iso_8859-5:1988", ASCII},
    {"iso_8859-6", ASCII},
    {"iso_8859-6:1987", ASCII},
    {"iso_8859-7", ASCII},
    {"iso_8859-7:1987", ASCII},
    {"iso_8859-8", ASCII},
    {"iso_8859-8:1988", ASCII},
    {"iso_8859-9", ASCII},
    {"iso_8859-9:1989", ASCII},
    {"koi", ASCII},
    {"koi8", ASCII},
    {"koi8-r", ASCII},
    {"koi8-ru", ASCII},
    {"koi8-u", ASCII},
    {"koi8_r", ASCII},
    {"korean", ASCII},
    {"ks_c_5601-1987", ASCII},
    {"ks_c_5601-1989", ASCII},
    {"ksc5601", ASCII},
    {"ksc_5601", ASCII},
    {"l1", ASCII},
    {"l2", ASCII},
    {"l3", ASCII},
    {"l4", ASCII},
    {"l5", ASCII},
    {"l6", ASCII},
    {"l9", ASCII},
    {"latin1", ASCII},
    {"latin2", ASCII},
    {"latin3", ASCII},
    {"latin4", ASCII},
    {"latin5", ASCII},
    {"latin6", ASCII},
    {"logical", ASCII},
    {"mac", ASCII},
    {"macintosh", ASCII},
    {"ms_kanji", ASCII},
    {"replacement", UNREADABLE},
    {"shift-jis", ASCII},
    {"shift_jis", ASCII},
    {"sjis", ASCII},
    {"sun_eu_greek", ASCII},
    {"tis-620", ASCII},
    {"ucs-2", UTF16LE},
    {"unicode", UTF16LE},
    {"unicode-1-1-utf-8", ASCII},
    {"unicode11utf8", ASCII},
    {"unicode20utf8", ASCII},
    {"unicodefeff", UTF16LE},
    {"unicodefffe", UTF16BE},
    {"us-ascii", ASCII},
    {"utf-16", UTF16LE},
    {"utf-16be", UTF16BE},
    {"utf-16le", UTF16LE},
    {"utf-8", ASCII},
    {"utf8", ASCII},
    {"visual", ASCII},
    {"windows-1250", ASCII},
    {"windows-1251", ASCII},
    {"windows-1252", ASCII},
    {"windows-1253", ASCII},
    {"windows-1254", ASCII},
    {"windows-1255", ASCII},
    {"windows-1256", ASCII},
    {"windows-1257", ASCII},
    {"windows-1258", ASCII},
    {"windows-31j", ASCII},
    {"windows-874", ASCII},
    {"windows-949", ASCII},
    {"x-cp1250", ASCII},
    {"x-cp1251", ASCII},
    {"x-cp1252", ASCII},
    {"x-cp1253", ASCII},
    {"x-cp1254", ASCII},
    {"x-cp1255", ASCII},
    {"x-cp1256", ASCII},
    {"x-cp1257", ASCII},
    {"x-cp1258", ASCII},
    {"x-euc-jp", ASCII},
    {"x-gbk", ASCII},
    {"x-mac-cyrillic", ASCII},
    {"x-mac-roman", ASCII},
    {"x-mac-ukrainian", ASCII},
    {"x-sjis", ASCII},
    {"x-unicode20utf8", ASCII},
    {"x-user-defined", ASCII},
    {"x-x-big5", ASCII},
};
/* clang-format on */

static int
label_compare(const void *key, const void *entry)
{
	const struct label *label = entry;

	return strcmp(key, label->name);
}

bool
charset_find(struct span text, enum charset *out)
{
	struct span s = spelling_trim(text, ASCII_SPACE);
	char key[LABEL_MAX + 1] = {0};
	const struct label *label;
	size_t i;

	if (s.n > LABEL_MAX)
		return false;
	for (i = 0; i < s.n; i++)
		key[i] = ascii_lower(s.p[i]);
	label = bsearch(key, labels, sizeof labels / sizeof labels[0],
	    sizeof labels[0], label_compare);
	if (label == NULL || strlen(label->name) != s.n)
		return false;
	*out = (enum charset)label->charset;
	return true;
}

bool
charset_is_utf8(struct span text)
{
	static const char *const names[] = {"utf-8", "utf8",
	    "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8",
	    "x-unicode20utf8"};
	struct span s = spelling_trim(text, ASCII_SPACE);
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (span_equal_nocase(s, span_of(names[i])))
			return true;
	return false;
}
