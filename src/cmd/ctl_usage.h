#ifndef CONSENT_CMD_CTL_USAGE_H
#define CONSENT_CMD_CTL_USAGE_H

/*
 * What the programs say of their command lines: the one text that people are
 * shown and that shells complete from.
 */

#include <stddef.h>

/* A command of consentctl; texts are static. */
struct ctl_command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage; /* "[--json] [-c FILE]" */
	const char *help;
};

/* All commands in their order; *n is how many. Static. */
const struct ctl_command *ctl_commands(size_t *n);

/* What log and log ship print where they are asked for help; static. */
const char *ctl_log_usage(void);
const char *ctl_log_ship_usage(void);

/* What consentd prints; CONFIG_FILE is of conf/config.h. */
#define CONSENTD_USAGE                                                         \
	"usage: consentd [-c FILE] [--debug]\n"                                \
	"       consentd --demo [--port PORT]\n"                               \
	"       consentd --version | --help\n"                                 \
	"\n"                                                                   \
	"  -c FILE      the configuration; without it " CONFIG_FILE "\n"       \
	"  --demo       show consentd on a site of its own, on loopback\n"     \
	"  --port PORT  where the demonstration listens first (8080)\n"        \
	"  --debug      log more\n"

#endif
