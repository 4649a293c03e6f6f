#include "cmd/ctl_log_ship.h"
#include "cmd/ctl_usage.h"

#include "base/log.h"
#include "cmd/ctl.h"
#include "cmd/ctl_log_key.h"
#include "report/database_url.h"
#include "report/migrate.h"
#include "report/pause.h"
#include "report/ship.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_DIR "/var/lib/consentd/log"

static const char usage[] =
    "usage: consentctl log ship postgresql://... [--dir DIR] [--key PUB]\n"
    "                           [--once] [--migrate]\n"
    "\n"
    "Follows the log in DIR (/var/lib/consentd/log) and puts its entries into\n"
    "a database, each once, compared with the log's checkpoint before. DIR is\n"
    "only read. What is away is waited for; SIGTERM ends after a batch.\n"
    "\n"
    "  --key PUB    the log's public key, or a file with a key a line; from\n"
    "               elsewhere than DIR. Without it nothing counts as verified\n"
    "  --once       end when all is shipped, wait for nothing\n"
    "  --migrate    bring the database's tables to what this program knows,\n"
    "               and end; ships nothing\n"
    "\n"
    "Keep the password in PGPASSFILE or PGSERVICEFILE, not in the address.\n"
    "Exit: 0 stopped or done, 1 the log or what the database has of it is\n"
    "wrong, 2 bad usage, or it cannot go on.\n";

const char *
ctl_log_ship_usage(void)
{
	return usage;
}

enum {
	OPT_DIR = 256,
	OPT_KEY,
	OPT_ONCE,
	OPT_MIGRATE,
	OPT_HELP
};

static const struct option options[] = {
    {"dir", required_argument, NULL, OPT_DIR},
    {"key", required_argument, NULL, OPT_KEY},
    {"once", no_argument, NULL, OPT_ONCE},
    {"migrate", no_argument, NULL, OPT_MIGRATE},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

struct call {
	const char *dir;
	char *url; /* in argv, or NULL */
	bool once, migrate, help;
	struct note_ring ring;
};

static int CONSENT_PRINTF(1, 2) complain(const char *format, ...)
{
	va_list args;

	(void)fputs("consentctl log ship: ", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr); /* nothing is left to tell when it fails */
	return CTL_FAILED;
}

/* ---- arguments -------------------------------------------------------- */

static int
read_key(struct call *call, const char *key)
{
	struct log_call log = {.command = "ship", .key = key};

	if (call->ring.n > 0)
		return complain("one --key, with a line for each key");
	return log_key_read(&log, &call->ring);
}

static int
take_option(struct call *call, int option, const char *given)
{
	switch (option) {
	case OPT_DIR:
		call->dir = optarg;
		return CTL_YES;
	case OPT_KEY:
		return read_key(call, optarg);
	case OPT_ONCE:
		call->once = true;
		return CTL_YES;
	case OPT_MIGRATE:
		call->migrate = true;
		return CTL_YES;
	case OPT_HELP:
		call->help = true;
		return CTL_YES;
	default:
		/* it might be the address: not a word of it */
		return database_url_is(given)
			   ? complain("the address has no place there")
			   : complain(
				 "%s: unknown, or without its value", given);
	}
}

static int
read_call(struct call *call, int argc, char **argv)
{
	int option, code = CTL_YES;

	optind = 0; /* glibc's way to begin anew, with another argv */
	opterr = 0;
	while (code == CTL_YES &&
	       (option = getopt_long(argc, argv, "", options, NULL)) != -1)
		code = take_option(call, option, argv[optind - 1]);
	if (code != CTL_YES || call->help)
		return code;
	if (argc - optind != 1 || !database_url_is(argv[optind]))
		return complain("give one address, postgresql://...");
	call->url = argv[optind];
	return CTL_YES;
}

/* ---- what it does ----------------------------------------------------- */

static void
on_applied(const char *name)
{
	printf("applied %s\n", name);
}

static int
migrate(struct database *db)
{
	uint64_t version = 0;
	int rc = database_connect(db);

	if (rc == CONSENT_OK)
		rc = migrate_version(db, &version);
	if (rc == CONSENT_OK && version > migrate_known())
		return complain("the tables are of version %" PRIu64
				", this program knows %" PRIu64,
		    version, migrate_known());
	if (rc == CONSENT_OK)
		rc = migrate_run(db, on_applied);
	if (rc != CONSENT_OK)
		return complain("%s: %s", database_place(db), database_why(db));
	printf("the tables are of version %" PRIu64 "\n", migrate_known());
	return CTL_YES;
}

static int
ship(const struct call *call, struct database *db)
{
	struct ship_options ship = {.dir = call->dir,
	    .db = db,
	    .ring = call->ring.n > 0 ? &call->ring : NULL,
	    .once = call->once};

	log_set_role("ship");
	switch (ship_run(&ship)) {
	case SHIP_STOPPED:
		return CTL_YES;
	case SHIP_FAULT:
		return CTL_NO;
	case SHIP_FAILED:
		break;
	}
	return CTL_FAILED;
}

static int
run(const struct call *call)
{
	struct database *db = NULL;
	int code, rc = database_new(call->url, "consentd-ship", &db);

	database_url_hide(call->url);
	if (rc == CONSENT_EINVAL)
		return complain("the address of the database is none that "
				"libpq can read");
	if (rc != CONSENT_OK || pause_begin() != CONSENT_OK) {
		database_free(db);
		return complain("%s", status_text(rc));
	}
	code = call->migrate ? migrate(db) : ship(call, db);
	database_free(db);
	return code;
}

int
ctl_log_ship(int argc, char **argv)
{
	struct call call = {.dir = DEFAULT_DIR};
	int code = read_call(&call, argc, argv);

	if (code == CTL_YES && call.help)
		(void)fputs(usage, stdout);
	else if (code == CTL_YES)
		code = run(&call);
	note_ring_fini(&call.ring);
	return code;
}
