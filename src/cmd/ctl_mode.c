#include "base/ascii.h"
#include "cmd/ctl.h"
#include "cmd/ctl_daemon.h"
#include "cmd/ctl_load.h"
#include "proxy/mode.h"
#include "settings/values.h"

#include <libconsent/buf.h>

#include <jansson.h>

#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	MODE_LINE = 256,   /* of an order */
	MODE_CATEGORY = 64 /* longest that is sent: the daemon judges it */
};

/* What the command line said. */
struct call {
	const char *file, *socket;
	char found[CTL_DAEMON_PATH];
	const char *category, *mode, *time; /* NULL: not given */
	bool json, ends;
};

static int
complain(const char *text)
{
	(void)fprintf(stderr, "consentctl mode: %s\n", text);
	return CTL_FAILED;
}

/* What else stood there: nothing, CATEGORY, or CATEGORY and a mode. */
static int
read_words(struct call *call, char **words, int n)
{
	if (n > 2)
		return complain("too many words: CATEGORY and report or "
				"enforce");
	call->category = n > 0 ? words[0] : NULL;
	call->mode = n > 1 ? words[1] : NULL;
	if (call->mode != NULL && strcmp(call->mode, "report") != 0 &&
	    strcmp(call->mode, "enforce") != 0)
		return complain("a mode is report or enforce");
	if (n == 0 && (call->ends || call->time != NULL))
		return complain("name the category");
	if (call->ends && (call->mode != NULL || call->time != NULL))
		return complain("--end takes the category alone");
	if (n == 1 && !call->ends)
		return complain("say report or enforce, or --end");
	if (n == 2 && call->time == NULL)
		return complain("say how long: --for 2h, at most 7d");
	return CTL_YES;
}

static int
read_call(int argc, char **argv, struct call *call)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'},
	    {"socket", required_argument, NULL, 's'},
	    {"for", required_argument, NULL, 'f'},
	    {"end", no_argument, NULL, 'e'}, {NULL, 0, NULL, 0}};
	int c, rc;

	*call = (struct call){.file = CTL_FILE};
	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (c == 'j')
			call->json = true;
		else if (c == 's')
			call->socket = optarg;
		else if (c == 'c')
			call->file = optarg;
		else if (c == 'f')
			call->time = optarg;
		else if (c == 'e')
			call->ends = true;
		else
			return CTL_FAILED;
	}
	rc = read_words(call, argv + optind, argc - optind);
	if (rc != CTL_YES || call->socket != NULL)
		return rc;
	call->socket = call->found;
	return ctl_daemon_find(call->file, call->found);
}

/* A word of an order has no blanks, and no line ends in it. */
static bool
is_word(const char *text)
{
	size_t i;

	for (i = 0; text[i] != '\0'; i++)
		if (!ascii_is(text[i], ASCII_ALNUM) &&
		    strchr("_-.*", text[i]) == NULL)
			return false;
	return i > 0 && i < MODE_CATEGORY;
}

static int
write_order(const struct call *call, struct buf *out)
{
	int64_t ms = 0;

	if (call->category == NULL)
		return buf_append(out, SPAN("mode\n"));
	if (!is_word(call->category)) {
		(void)complain("that is no name of a category");
		return CONSENT_EINVAL;
	}
	if (call->ends)
		return buf_printf(out, "mode %s end\n", call->category);
	if (settings_duration(span_of(call->time), &ms) != CONSENT_OK ||
	    ms < MODE_LEAST_MS || ms > MODE_MOST_MS) {
		(void)complain("--for takes a time from 1s to 7d, such as "
			       "30m or 2h");
		return CONSENT_EINVAL;
	}
	return buf_printf(
	    out, "mode %s %s %" PRId64 "\n", call->category, call->mode, ms);
}

static void
print_list(const json_t *answer)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "categories"), i, row)
	{
		bool required = json_is_true(json_object_get(row, "required"));
		bool toggled = json_is_string(json_object_get(row, "until"));

		(void)printf("%-16s %s", ctl_daemon_text(row, "category"),
		    required ? "required: always passes"
			     : ctl_daemon_text(row, "mode"));
		if (toggled)
			(void)printf(" until %s, then %s",
			    ctl_daemon_text(row, "until"),
			    ctl_daemon_text(row, "policy"));
		(void)putchar('\n');
	}
}

static void
print_answer(const struct call *call, const json_t *answer)
{
	long long seq =
	    (long long)json_integer_value(json_object_get(answer, "seq"));

	if (call->json) {
		(void)json_dumpf(answer, stdout, JSON_INDENT(2));
		(void)putchar('\n');
	} else if (call->category == NULL) {
		print_list(answer);
	} else if (call->ends) {
		(void)printf("%s has the policy's mode again, says entry "
			     "%lld\n",
		    call->category, seq);
	} else {
		(void)printf("%s is %s until %s, says entry %lld\n",
		    call->category,
		    strcmp(call->mode, "report") == 0 ? "only reported"
						      : "enforced",
		    ctl_daemon_text(answer, "until"), seq);
	}
}

int
ctl_mode(int argc, char **argv)
{
	struct call call;
	json_t *answer = NULL;
	struct buf line;
	int rc = read_call(argc, argv, &call);

	if (rc != CTL_YES)
		return rc;
	buf_init(&line, MODE_LINE);
	rc = CTL_FAILED;
	if (write_order(&call, &line) == CONSENT_OK)
		rc = ctl_daemon_order(call.socket, buf_span(&line), &answer);
	if (rc == CTL_YES)
		print_answer(&call, answer);
	json_decref(answer);
	buf_fini(&line);
	return rc;
}
