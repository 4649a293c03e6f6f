#ifndef CONSENT_CMD_CTL_H
#define CONSENT_CMD_CTL_H

/*
 * The commands of consentctl. Each takes the arguments that begin with its own
 * name and returns the exit code: CTL_YES, CTL_NO or CTL_FAILED. Answers go to
 * stdout, whatever is wrong to stderr.
 */

enum {
	CTL_YES = 0,   /* holds */
	CTL_NO = 1,    /* does not hold */
	CTL_FAILED = 2 /* bad usage, or something could not be read */
};

/* check [--json] [FILE]: validates a configuration. */
int ctl_check(int argc, char **argv);

/* explain [--json] [-c FILE] --cookie NAME | --url URL | --inline FILE|- */
int ctl_explain(int argc, char **argv);

/* reload [-c FILE | --socket PATH] [--json]: has the daemon reload. */
int ctl_reload(int argc, char **argv);

/* status [-c FILE | --socket PATH] [--json]: how the daemon stands. */
int ctl_status(int argc, char **argv);

/*
 * inventory [-c FILE | --socket PATH] [--json] [--strict]: what the daemon saw
 * and no rule names; with --strict, CTL_NO where there is any.
 */
int ctl_inventory(int argc, char **argv);

/* log list|show|export|verify: reads a consent log; never writes it. */
int ctl_log(int argc, char **argv);

#endif
