#include <libconsent/finding_kind.h>

static const struct {
	const char *id, *summary;
} kinds[FINDING_KINDS] = {
    [FINDING_UNREADABLE] = {"unreadable", "A file cannot be read."},
    [FINDING_BAD_INCLUDE] = {"bad-include",
	"An included file cannot be read, or includes itself."},
    [FINDING_SYNTAX] = {"syntax", "The text is not in libconfig's syntax."},
    [FINDING_ENCODING] = {"encoding",
	"The text is not UTF-8, or holds bytes that no text has."},
    [FINDING_UNKNOWN_KEY] = {"unknown-key",
	"No option of this group has that name."},
    [FINDING_DUPLICATE_KEY] = {"duplicate-key",
	"A name is set twice in one group."},
    [FINDING_MISSING_KEY] = {"missing-key",
	"Something must be said and is not."},
    [FINDING_WRONG_TYPE] = {"wrong-type", "The value is of another type."},
    [FINDING_OUT_OF_RANGE] = {"out-of-range",
	"The value is too large or too small."},
    [FINDING_UNKNOWN_WORD] = {"unknown-word",
	"The value is none of the words that are taken here."},
    [FINDING_BAD_VALUE] = {"bad-value",
	"The value is not of the form that is meant here."},
    [FINDING_TOO_MUCH] = {"too-much",
	"There is more of this than a limit allows."},
    [FINDING_CONFLICT] = {"conflict", "Two settings do not go together."},
    [FINDING_UNKNOWN_CATEGORY] = {"unknown-category",
	"No category of the policy has that id."},
    [FINDING_UNKNOWN_VENDOR] = {"unknown-vendor",
	"No file describes a vendor of that name."},
    [FINDING_DUPLICATE] = {"duplicate", "Something is named twice."},
    [FINDING_DUPLICATE_RULE] = {"duplicate-rule",
	"The policy has two rules for one pattern."},
    [FINDING_UNEXPLAINED] = {"unexplained",
	"What is allowed without consent lacks its ground or its purpose."},
    [FINDING_TOO_WIDE] = {"too-wide",
	"A pattern would fit everything of its kind."},
    [FINDING_EMPTY_VENDOR] = {"empty-vendor",
	"A vendor has nothing that could be recognised."},
    [FINDING_NO_EFFECT] = {"no-effect", "A setting changes nothing."},
    [FINDING_NEVER_MATCHES] = {"never-matches",
	"A rule can never fit anything."},
    [FINDING_SHADOWED_RULE] = {"shadowed-rule",
	"Another rule decides before this one in every case."},
    [FINDING_DUPLICATE_COOKIE] = {"duplicate-cookie",
	"Two vendors claim one cookie for different categories."},
    [FINDING_UNUSED_CATEGORY] = {"unused-category",
	"Nothing of the policy is in this category."},
    [FINDING_SWALLOWS_ESSENTIAL] = {"swallows-essential",
	"A pattern also fits something that the site needs."},
    [FINDING_INSECURE] = {"insecure",
	"A setting lets others see or change what they should not."},
    [FINDING_CERTIFICATE] = {"certificate",
	"A certificate or its key is wrong, or soon will be."},
    [FINDING_CSP_NARROW] = {"csp-narrow",
	"The Content-Security-Policy keeps out more than a rule names."},
    [FINDING_BAD_TEXT] = {"bad-text", "A text of the notice is wrong."},
    [FINDING_MISSING_TEXT] = {"missing-text",
	"The notice lacks a text in a language."},
};

const char *
finding_kind_id(enum finding_kind kind)
{
	return kinds[kind].id;
}

const char *
finding_kind_summary(enum finding_kind kind)
{
	return kinds[kind].summary;
}
