#include "conf/check_parts.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embedded.h"
#include "conf/options.h"
#include "settings/values.h"
#include "web/language.h"

#include <libconsent/setting.h>

enum {
	PATH_BYTES = 4096,
	FILE_NAME = LANGUAGE_TAG + 8 /* of a language's texts */
};

static bool
is_web_url(struct span text)
{
	return span_starts_nocase(text, SPAN("https://")) ||
	       span_starts_nocase(text, SPAN("http://"));
}

static void
check_urls(struct check *c)
{
	const struct config *config = c->config;
	struct span url = span_of(config->policy_url);
	struct span contact = span_of(config->contact);

	if (url.n != 0 && !is_web_url(url) &&
	    (!span_starts(url, SPAN("/")) || span_starts(url, SPAN("//"))))
		findings_error(c->findings, check_place(c, "notice.policy_url"),
		    FINDING_BAD_VALUE,
		    "notice.policy_url must be a path or an http URL");
	if (contact.n != 0 && !is_web_url(contact) &&
	    !span_starts_nocase(contact, SPAN("mailto:")))
		findings_error(c->findings, check_place(c, "notice.contact"),
		    FINDING_BAD_VALUE,
		    "notice.contact must be a mailto: or https: URL");
}

/* Whether texts of a language are in the operator's folder or built in. */
static bool
has_texts(const char *directory, const char *tag)
{
	char path[PATH_BYTES], name[FILE_NAME];
	int n;

	if (!language_is_tag(span_of(tag)))
		return false;
	n = snprintf(path, sizeof path, "%s/%s.conf", directory, tag);
	if (directory[0] != '\0' && n > 0 && (size_t)n < sizeof path &&
	    access(path, R_OK) == 0)
		return true;
	(void)snprintf(name, sizeof name, "%s.conf", tag); /* fits */
	return embedded_find(embedded_notices, embedded_notices_count,
		   span_of(name)) != NULL;
}

/* Whether a member of a list stands before it, too. */
static bool
stands_before(const struct option_list *list, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (strcmp(list->items[k], list->items[i]) == 0)
			return true;
	return false;
}

static void
check_languages(struct check *c)
{
	const struct setting *s = options_setting(c->root, "notice.languages");
	const struct option_list *list = &c->config->languages;
	const char *directory = c->config->notice_directory;
	size_t i;

	for (i = 0; s != NULL && i < list->n; i++) {
		const struct setting *member = setting_item(s, i);
		struct place place = setting_place(member != NULL ? member : s);

		if (!has_texts(directory, list->items[i]))
			findings_error(c->findings, place, FINDING_MISSING_TEXT,
			    "there are no texts for \"%s\": languages are "
			    "tags such as \"en\", and others than the built-in "
			    "ones need TAG.conf in notice.directory",
			    list->items[i]);
		else if (stands_before(list, i))
			findings_error(c->findings, place, FINDING_DUPLICATE,
			    "notice.languages has \"%s\" twice",
			    list->items[i]);
	}
}

/* A folder that was named is meant to be there. */
static void
check_folder(struct check *c, const char *name, const char *path)
{
	struct stat st;

	if (options_setting(c->root, name) == NULL || path[0] == '\0')
		return;
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		findings_error(c->findings, check_place(c, name),
		    FINDING_UNREADABLE, "%s: there is no folder %s", name,
		    path);
}

void
check_notice(struct check *c)
{
	check_urls(c);
	check_languages(c);
	check_folder(c, "notice.directory", c->config->notice_directory);
	check_folder(c, "vendor_directory", c->config->vendor_directory);
}
