#include "base/clock.h"
#include "cmd/ctl.h"
#include "cmd/ctl_load.h"
#include "net/address.h"
#include "settings/findings.h"
#include "settings/setting.h"
#include "settings/settings.h"

#include <libconsent/buf.h>

#include <jansson.h>

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CONTROL_WAIT = 120000, /* ms until the daemon has answered */
	CONTROL_BYTES = 1 << 20,
	CONTROL_PATH = 4096
};

/* What the command line said. */
struct call {
	const char *file;
	const char *socket; /* NULL: the file tells */
	char found[CONTROL_PATH];
	bool json;
	bool strict; /* of inventory: rows are a no */
};

/* ---- where the socket is ---------------------------------------------- */

/*
 * Reads `control` from the configuration, whatever else is wrong with it: the
 * daemon is to say that.
 */
static int
find_socket(struct call *call)
{
	const struct setting *s = NULL;
	struct settings *settings = NULL;
	const char *slash = strrchr(call->file, '/'), *text = NULL;
	struct findings findings;
	int n = -1, rc;

	findings_init(&findings);
	rc = settings_load(call->file, &findings, &settings);
	if (rc == CONSENT_OK)
		s = setting_member(settings_root(settings), "control");
	if (s != NULL)
		text = setting_string(s);
	if (text != NULL && text[0] != '\0') {
		/* a path counts from the folder of the file */
		int folder = text[0] == '/' || slash == NULL
				 ? 0
				 : (int)(slash - call->file) + 1;

		n = snprintf(call->found, sizeof call->found, "%.*s%s", folder,
		    call->file, text);
	}
	if (rc != CONSENT_OK)
		findings_print(&findings, stderr);
	findings_fini(&findings);
	settings_free(settings);
	if (rc != CONSENT_OK)
		return rc == CONSENT_EINVAL ? CTL_NO : CTL_FAILED;
	if (n > 0 && (size_t)n < sizeof call->found) {
		call->socket = call->found;
		return CTL_YES;
	}
	(void)fprintf(stderr,
	    "consentctl: %s has no `control`: name the socket by --socket\n",
	    call->file);
	return CTL_FAILED;
}

/* Reads the arguments, which are options alone. CTL_YES to go on. */
static int
read_call(int argc, char **argv, struct call *call)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'},
	    {"socket", required_argument, NULL, 's'},
	    {"strict", no_argument, NULL, 't'}, {NULL, 0, NULL, 0}};
	int c;

	*call = (struct call){.file = CTL_FILE};
	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (c == 'j')
			call->json = true;
		else if (c == 's')
			call->socket = optarg;
		else if (c == 'c')
			call->file = optarg;
		else if (c == 't' && strcmp(argv[0], "inventory") == 0)
			call->strict = true;
		else
			return CTL_FAILED;
	}
	if (optind < argc) {
		(void)fprintf(stderr, "%s takes no arguments\n", argv[0]);
		return CTL_FAILED;
	}
	return call->socket != NULL ? CTL_YES : find_socket(call);
}

/* ---- the daemon ------------------------------------------------------- */

/* A connection to the socket, or -1 with errno. */
static int
open_socket(const char *path)
{
	struct address to;
	int fd, why;

	if (address_from_path(span_of(path), &to) != CONSENT_OK) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, &to.to.any, to.n) == 0)
		return fd;
	why = errno;
	if (fd >= 0)
		(void)close(fd);
	errno = why;
	return -1;
}

/* Reads up to the end, for so long as the daemon may take. */
static int
receive(int fd, struct buf *out)
{
	int64_t until = clock_monotonic() + CONTROL_WAIT;
	struct pollfd at = {fd, POLLIN, 0};

	for (;;) {
		int64_t left = until - clock_monotonic();
		char *room;
		ssize_t n;

		if (left <= 0 || poll(&at, 1, (int)left) < 0)
			return CONSENT_EIO;
		if (buf_reserve(out, 4096, &room) != CONSENT_OK)
			return CONSENT_ELIMIT;
		n = recv(fd, room, 4096, MSG_DONTWAIT);
		if (n == 0)
			return CONSENT_OK;
		if (n > 0)
			out->n += (size_t)n;
		else if (errno != EAGAIN && errno != EINTR)
			return CONSENT_EIO;
	}
}

/* Gives an order; the answer, to be let go, or NULL: that was said. */
static json_t *
order(const struct call *call, struct span line)
{
	int fd = open_socket(call->socket);
	json_t *answer = NULL;
	const char *error;
	struct buf text;

	if (fd < 0) {
		(void)fprintf(stderr, "consentctl: %s: %s\n", call->socket,
		    strerror(errno));
		return NULL;
	}
	buf_init(&text, CONTROL_BYTES);
	if (send(fd, line.p, line.n, MSG_NOSIGNAL) == (ssize_t)line.n &&
	    receive(fd, &text) == CONSENT_OK)
		answer = json_loadb(text.p, text.n, 0, NULL);
	(void)close(fd);
	buf_fini(&text);
	error = json_string_value(json_object_get(answer, "error"));
	if (answer == NULL || error != NULL) {
		(void)fprintf(stderr, "consentctl: %s: %s\n", call->socket,
		    error == NULL ? "the daemon gave no answer" : error);
		json_decref(answer);
		return NULL;
	}
	return answer;
}

/* ---- what is printed -------------------------------------------------- */

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "-" : text;
}

static long long
number_of(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

static void
print_findings(const json_t *list)
{
	json_t *f;
	size_t i;

	json_array_foreach(list, i, f)
	{
		long long line = number_of(f, "line");

		if (json_is_string(json_object_get(f, "file")))
			(void)fprintf(stderr, "%s:", text_of(f, "file"));
		if (line > 0)
			(void)fprintf(stderr, "%lld:", line);
		(void)fprintf(stderr, "%s%s: %s\n",
		    json_is_string(json_object_get(f, "file")) ? " " : "",
		    text_of(f, "level"), text_of(f, "text"));
	}
}

static void
print_json(const json_t *answer)
{
	(void)json_dumpf(answer, stdout, JSON_INDENT(2));
	(void)putchar('\n');
}

int
ctl_reload(int argc, char **argv)
{
	struct call call;
	json_t *answer;
	bool done;
	int rc = read_call(argc, argv, &call);

	if (rc != CTL_YES)
		return rc;
	answer = order(&call, SPAN("reload\n"));
	if (answer == NULL)
		return CTL_FAILED;
	done = strcmp(text_of(answer, "result"), "done") == 0;
	if (call.json)
		print_json(answer);
	else
		print_findings(json_object_get(answer, "findings"));
	if (!call.json && done)
		(void)printf("the new configuration is in force\n");
	else if (!call.json)
		(void)fprintf(stderr, "consentctl: not reloaded: %s\n",
		    text_of(answer, "reason"));
	json_decref(answer);
	return done ? CTL_YES : CTL_NO;
}

static void
print_processes(const json_t *answer)
{
	const json_t *restarts = json_object_get(answer, "restarts");
	json_t *p;
	size_t i;

	json_array_foreach(json_object_get(answer, "processes"), i, p)(void)
	    printf("  %-10s %7lld %s%s\n", text_of(p, "role"),
		number_of(p, "pid"),
		json_is_false(json_object_get(p, "well")) ? "silent" : "",
		json_is_true(json_object_get(p, "leaving")) ? "leaving" : "");
	(void)printf("restarts       workers %lld, notary %lld, admin %lld\n",
	    number_of(restarts, "worker"), number_of(restarts, "notary"),
	    number_of(restarts, "admin"));
}

static void
print_ready(const json_t *answer)
{
	json_t *ready = json_object_get(answer, "readiness"), *check;
	const char *name;

	(void)printf("ready          %s\n",
	    json_is_true(json_object_get(ready, "ready")) ? "yes" : "no");
	json_object_foreach(json_object_get(ready, "checks"), name, check)(void)
	    printf("  %-12s %s\n", name, json_string_value(check));
}

static void
print_numbers(const json_t *answer)
{
	const json_t *numbers = json_object_get(answer, "numbers");

	(void)printf(
	    "connections    %lld\n", number_of(numbers, "connections"));
	(void)printf("requests       %lld, %lld under way\n",
	    number_of(numbers, "requests"),
	    number_of(numbers, "requests_open"));
	(void)printf("choices        %lld\n", number_of(numbers, "choices"));
	(void)printf(
	    "log entries    %lld\n", number_of(numbers, "ledger_entries"));
}

static void
print_reload(const json_t *answer)
{
	const json_t *last = json_object_get(answer, "reload");

	if (!json_is_object(last))
		(void)printf("last reload    none\n");
	else
		(void)printf("last reload    %s at %s, %lld errors, "
			     "%lld warnings\n",
		    text_of(last, "result"), text_of(last, "at"),
		    number_of(last, "errors"), number_of(last, "warnings"));
}

static void
print_status(const json_t *answer)
{
	const json_t *conf = json_object_get(answer, "configuration");
	const json_t *policy = json_object_get(answer, "policy");

	(void)printf("consentd       %s%s\n", text_of(answer, "version"),
	    json_is_true(json_object_get(answer, "stopping")) ? ", stopping"
							      : "");
	(void)printf("started        %s, %lld s ago\n",
	    text_of(answer, "started"), number_of(answer, "uptime_seconds"));
	(void)printf("configuration  %s, loaded %s\n", text_of(conf, "file"),
	    text_of(conf, "loaded"));
	(void)printf("policy         %s, %s\n", text_of(policy, "version"),
	    text_of(policy, "hash"));
	(void)printf("workers        %lld\n", number_of(answer, "workers"));
	print_processes(answer);
	print_numbers(answer);
	print_ready(answer);
	print_reload(answer);
}

int
ctl_status(int argc, char **argv)
{
	struct call call;
	json_t *answer;
	int rc = read_call(argc, argv, &call);

	if (rc != CTL_YES)
		return rc;
	answer = order(&call, SPAN("status\n"));
	if (answer == NULL)
		return CTL_FAILED;
	if (call.json)
		print_json(answer);
	else
		print_status(answer);
	json_decref(answer);
	return CTL_YES;
}

/* ---- what no rule names ----------------------------------------------- */

static void
print_rows(const json_t *rows)
{
	json_t *row;
	size_t i;

	(void)printf("%-10s  %8s  %-24s  %-24s  %s\n", "kind", "count", "first",
	    "last", "name");
	json_array_foreach(rows, i, row)(void)
	    printf("%-10s  %8lld  %-24s  %-24s  %s\n", text_of(row, "kind"),
		number_of(row, "count"), text_of(row, "first"),
		text_of(row, "last"), text_of(row, "name"));
}

static void
print_inventory(json_t *answer)
{
	const json_t *rows = json_object_get(answer, "rows");
	json_t *forgotten = json_object_get(answer, "forgotten"), *n;
	const char *kind;

	if (json_array_size(rows) == 0)
		(void)printf("nothing was seen that no rule names\n");
	else
		print_rows(rows);
	json_object_foreach(forgotten, kind, n)
	{
		if (json_integer_value(n) > 0)
			(void)printf("%-10s  %8lld found no room\n", kind,
			    (long long)json_integer_value(n));
	}
}

int
ctl_inventory(int argc, char **argv)
{
	struct call call;
	json_t *answer;
	bool found;
	int rc = read_call(argc, argv, &call);

	if (rc != CTL_YES)
		return rc;
	answer = order(&call, SPAN("inventory\n"));
	if (answer == NULL)
		return CTL_FAILED;
	if (call.json)
		print_json(answer);
	else
		print_inventory(answer);
	found = json_array_size(json_object_get(answer, "rows")) > 0;
	json_decref(answer);
	return call.strict && found ? CTL_NO : CTL_YES;
}
