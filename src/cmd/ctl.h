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

/* check [--json | --format text|json|sarif] [FILE]: validates one. */
int ctl_check(int argc, char **argv);

/* explain [--json] [-c FILE] --cookie NAME | --url URL | --inline FILE|- */
int ctl_explain(int argc, char **argv);

/* reload [-c FILE | --socket PATH] [--json]: has the daemon reload. */
int ctl_reload(int argc, char **argv);

/* status [-c FILE | --socket PATH] [--json]: how the daemon stands. */
int ctl_status(int argc, char **argv);

/*
 * mode [-c FILE | --socket PATH] [--json] [CATEGORY report|enforce --for TIME |
 * CATEGORY --end]: has a category have another mode for a while, or lists
 * them.
 */
int ctl_mode(int argc, char **argv);

/*
 * key [-c FILE | --socket PATH] [--json] [list | rotate [--log] | revoke KID
 * [--why TEXT] | generate --algorithm NAME DIR]: the daemon's keys of tokens
 * and of the log; generate needs no daemon.
 */
int ctl_key(int argc, char **argv);

/*
 * inventory [-c FILE | --socket PATH] [--json | --propose] [--strict]: what the
 * daemon saw and no rule names, or a snippet of rules for it; with --strict,
 * CTL_NO where there is any.
 */
int ctl_inventory(int argc, char **argv);

/*
 * scan [--pages N] [--depth N] [--rate N] [--json | --propose] [-c FILE] URL:
 * what pages of a site show and no rule names; without -c, no rules at all.
 */
int ctl_scan(int argc, char **argv);

/*
 * log erase SUBJECT [--why TEXT] [-c FILE | --socket PATH] [--json]: has the
 * daemon erase a subject's choices; CTL_NO where there are none. argv[0] is
 * "erase".
 */
int ctl_log_erase(int argc, char **argv);

/* completion bash|zsh: prints the script of a shell. */
int ctl_completion(int argc, char **argv);

/* log list|show|tail|stats|...: reads a consent log; never writes it. */
int ctl_log(int argc, char **argv);

#endif
