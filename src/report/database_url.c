#include "report/database_url.h"

#include <libconsent/span.h>

#include <string.h>

static const char *const schemes[] = {"postgresql://", "postgres://"};

static size_t
scheme_length(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (strncmp(text, schemes[i], strlen(schemes[i])) == 0)
			return strlen(schemes[i]);
	return 0;
}

bool
database_url_is(const char *text)
{
	return scheme_length(text) > 0;
}

static void
cross_out(char *from, const char *end)
{
	for (; from < end; from++)
		*from = 'x';
}

/* The value of each parameter whose name ends in "password". */
static void
hide_parameters(char *at)
{
	while (*at != '\0') {
		char *end = at + strcspn(at, "&");
		char *value = at + strcspn(at, "=&");
		struct span name = {at, (size_t)(value - at)};

		if (*value == '=' && span_ends(name, SPAN("password")))
			cross_out(value + 1, end);
		at = *end == '&' ? end + 1 : end;
	}
}

void
database_url_hide(char *url)
{
	char *from = url + scheme_length(url);
	char *colon, *at;

	at = strchr(url, '?');
	if (at != NULL)
		hide_parameters(at + 1);
	/* a password that was not escaped may hold any of :/?@ */
	colon = strchr(from, ':');
	at = strrchr(from, '@');
	if (colon != NULL && at != NULL && colon < at)
		cross_out(colon + 1, at);
}
