#include "base/ascii.h"
#include "cmd/ctl.h"
#include "cmd/ctl_daemon.h"
#include "cmd/ctl_load.h"
#include "cmd/ctl_seen.h"
#include "proxy/findings_json.h"

#include <libconsent/buf.h>
#include <libconsent/findings.h>

#include <jansson.h>

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONTROL_SUBJECT = 22, /* characters */
	CONTROL_WHY = 192,    /* bytes of a reason and its NUL */
	CONTROL_LINE = 256    /* of a whole order */
};

/* What the command line said. */
struct call {
	const char *file;
	const char *socket; /* NULL: the file tells */
	char found[CTL_DAEMON_PATH];
	bool json;
	bool strict;	 /* of inventory: rows are a no */
	bool propose;	 /* of inventory: prints a snippet for a policy */
	bool ready;	 /* of status: not ready is a no */
	const char *why; /* of erase; NULL: not given */
};

/* Reads the arguments, which are options alone. CTL_YES to go on. */
static int
read_call(int argc, char **argv, struct call *call)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'},
	    {"propose", no_argument, NULL, 'p'},
	    {"ready", no_argument, NULL, 'r'},
	    {"socket", required_argument, NULL, 's'},
	    {"strict", no_argument, NULL, 't'},
	    {"why", required_argument, NULL, 'w'}, {NULL, 0, NULL, 0}};
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
		else if (c == 'p' && strcmp(argv[0], "inventory") == 0)
			call->propose = true;
		else if (c == 'r' && strcmp(argv[0], "status") == 0)
			call->ready = true;
		else if (c == 'w' && strcmp(argv[0], "erase") == 0)
			call->why = optarg;
		else
			return CTL_FAILED;
	}
	if (optind < argc) {
		(void)fprintf(stderr, "%s takes no arguments\n", argv[0]);
		return CTL_FAILED;
	}
	if (call->socket != NULL)
		return CTL_YES;
	call->socket = call->found;
	return ctl_daemon_find(call->file, call->found);
}

/* ---- what is printed -------------------------------------------------- */

static long long
number_of(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

/* As check prints them; their lines are read from the files once more. */
static void
print_findings(const json_t *answer)
{
	struct findings findings;

	findings_init(&findings);
	findings_json_read(answer, &findings);
	findings_print(&findings, stderr);
	findings_fini(&findings);
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
	json_t *answer = NULL;
	bool done;
	int rc = read_call(argc, argv, &call);

	if (rc == CTL_YES)
		rc = ctl_daemon_order(call.socket, SPAN("reload\n"), &answer);
	if (rc != CTL_YES)
		return rc;
	done = strcmp(ctl_daemon_text(answer, "result"), "done") == 0;
	if (call.json)
		print_json(answer);
	else
		print_findings(answer);
	if (!call.json && done)
		(void)printf("the new configuration is in force\n");
	else if (!call.json)
		(void)fprintf(stderr, "consentctl: not reloaded: %s\n",
		    ctl_daemon_text(answer, "reason"));
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
	    printf("  %-10s %7lld %s%s\n", ctl_daemon_text(p, "role"),
		number_of(p, "pid"),
		json_is_false(json_object_get(p, "well")) ? "silent" : "",
		json_is_true(json_object_get(p, "leaving")) ? "leaving" : "");
	(void)printf("restarts       workers %lld, notary %lld, admin %lld\n",
	    number_of(restarts, "worker"), number_of(restarts, "notary"),
	    number_of(restarts, "admin"));
}

static bool
is_ready(const json_t *answer)
{
	const json_t *readiness = json_object_get(answer, "readiness");

	return json_is_true(json_object_get(readiness, "ready"));
}

static void
print_ready(const json_t *answer)
{
	json_t *ready = json_object_get(answer, "readiness"), *check;
	const char *name;

	(void)printf("ready          %s\n", is_ready(answer) ? "yes" : "no");
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
		    ctl_daemon_text(last, "result"),
		    ctl_daemon_text(last, "at"), number_of(last, "errors"),
		    number_of(last, "warnings"));
}

/* Categories whose mode is not the policy's: nobody is to forget them. */
static void
print_modes(const json_t *answer)
{
	const json_t *list = json_object_get(answer, "modes");
	json_t *row;
	size_t i;

	json_array_foreach(list, i, row)(void)
	    printf("mode           %s: %s until %s\n",
		ctl_daemon_text(row, "category"), ctl_daemon_text(row, "mode"),
		ctl_daemon_text(row, "until"));
}

static void
print_status(const json_t *answer)
{
	const json_t *conf = json_object_get(answer, "configuration");
	const json_t *policy = json_object_get(answer, "policy");

	(void)printf("consentd       %s%s\n",
	    ctl_daemon_text(answer, "version"),
	    json_is_true(json_object_get(answer, "stopping")) ? ", stopping"
							      : "");
	(void)printf("started        %s, %lld s ago\n",
	    ctl_daemon_text(answer, "started"),
	    number_of(answer, "uptime_seconds"));
	(void)printf("configuration  %s, loaded %s\n",
	    ctl_daemon_text(conf, "file"), ctl_daemon_text(conf, "loaded"));
	(void)printf("policy         %s, %s\n",
	    ctl_daemon_text(policy, "version"),
	    ctl_daemon_text(policy, "hash"));
	(void)printf("workers        %lld\n", number_of(answer, "workers"));
	print_modes(answer);
	print_processes(answer);
	print_numbers(answer);
	print_ready(answer);
	print_reload(answer);
}

int
ctl_status(int argc, char **argv)
{
	struct call call;
	json_t *answer = NULL;
	int rc = read_call(argc, argv, &call);

	if (rc == CTL_YES)
		rc = ctl_daemon_order(call.socket, SPAN("status\n"), &answer);
	if (rc != CTL_YES)
		return rc;
	if (call.json)
		print_json(answer);
	else
		print_status(answer);
	if (call.ready && !is_ready(answer))
		rc = CTL_NO;
	json_decref(answer);
	return rc;
}

/* ---- what no rule names ----------------------------------------------- */

int
ctl_inventory(int argc, char **argv)
{
	struct call call;
	json_t *answer = NULL;
	bool found;
	int rc = read_call(argc, argv, &call);

	if (rc == CTL_YES)
		rc =
		    ctl_daemon_order(call.socket, SPAN("inventory\n"), &answer);
	if (rc != CTL_YES)
		return rc;
	if (call.propose)
		rc = ctl_seen_propose(answer);
	else if (call.json)
		print_json(answer);
	else
		ctl_seen_print(answer);
	found = json_array_size(json_object_get(answer, "rows")) > 0;
	json_decref(answer);
	return rc == CTL_YES && call.strict && found ? CTL_NO : rc;
}

/* ---- the erasure of a subject ----------------------------------------- */

/* Puts the order together: "erase SUBJECT WHY". False after a complaint. */
static bool
write_erase(const char *subject, const char *why, struct buf *out)
{
	size_t i;

	for (i = 0; why[i] != '\0'; i++)
		if (ascii_is(why[i], ASCII_CONTROL))
			break;
	if (why[i] != '\0' || strlen(why) >= CONTROL_WHY ||
	    strstr(why, subject) != NULL) {
		(void)fprintf(stderr,
		    "consentctl log erase: --why stays in the log: less than "
		    "%d bytes, no control characters, and not the subject\n",
		    CONTROL_WHY);
		return false;
	}
	return buf_printf(out, "erase %s%s%s\n", subject,
		   why[0] == '\0' ? "" : " ", why) == CONSENT_OK;
}

static bool
is_subject(const char *text)
{
	size_t i;

	for (i = 0; text[i] != '\0'; i++)
		if (!ascii_is(text[i], ASCII_ALNUM) && text[i] != '-' &&
		    text[i] != '_')
			return false;
	return i == CONTROL_SUBJECT;
}

static int
print_erased(const struct call *call, const json_t *answer)
{
	long long n = number_of(answer, "entries");

	if (call->json)
		print_json(answer);
	else if (n == 0)
		(void)fprintf(stderr, "consentctl log erase: no entry\n");
	else
		(void)printf("%lld %s erased, says entry %lld\n", n,
		    n == 1 ? "entry" : "entries", number_of(answer, "seq"));
	return n > 0 ? CTL_YES : CTL_NO;
}

int
ctl_log_erase(int argc, char **argv)
{
	/* first, for it may begin with a dash */
	const char *subject = argc > 1 ? argv[1] : "";
	struct call call;
	json_t *answer = NULL;
	struct buf line;
	int rc;

	if (!is_subject(subject)) {
		(void)fprintf(stderr,
		    "usage: consentctl log erase SUBJECT [--why TEXT] [--json] "
		    "[-c FILE | --socket PATH]\n");
		return CTL_FAILED;
	}
	argv[1] = argv[0];
	rc = read_call(argc - 1, argv + 1, &call);
	if (rc != CTL_YES)
		return rc;
	buf_init(&line, CONTROL_LINE);
	rc = CTL_FAILED;
	if (write_erase(subject, call.why == NULL ? "" : call.why, &line))
		rc = ctl_daemon_order(call.socket, buf_span(&line), &answer);
	if (rc == CTL_YES)
		rc = print_erased(&call, answer);
	json_decref(answer);
	buf_fini(&line);
	return rc;
}
