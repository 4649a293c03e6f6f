#include "base/version.h"
#include "cmd/ctl.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage;
	const char *help;
};

static const struct command commands[] = {
    {"check", ctl_check, "[--json] [FILE]",
	"validate a configuration, or a policy alone"},
    {"explain", ctl_explain,
	"[--json] [-c FILE] --cookie NAME | --url URL | --inline FILE|-",
	"the category of a thing, and the rule that decides it"},
    {"reload", ctl_reload, "[--json] [-c FILE | --socket PATH]",
	"take the configuration anew; says what is wrong with it"},
    {"status", ctl_status, "[--json] [-c FILE | --socket PATH]",
	"how the running daemon stands"},
    {"inventory", ctl_inventory,
	"[--json] [--strict] [-c FILE | --socket PATH]",
	"cookies and hosts in live traffic that no rule names"},
    {"log", ctl_log, "list|show|export|verify ... [DIR]",
	"read a consent log, or check that it holds; see log --help"},
};

enum {
	COMMANDS = sizeof commands / sizeof commands[0]
};

static void
usage(FILE *out)
{
	size_t i;

	(void)fputs("usage: consentctl COMMAND ...\n\n", out);
	for (i = 0; i < COMMANDS; i++)
		(void)fprintf(out, "  %s %s\n      %s\n", commands[i].name,
		    commands[i].usage, commands[i].help);
	(void)fputs("\nexit: 0 yes, 1 no, 2 bad usage or unreadable\n", out);
}

static void
usage_of(const struct command *command)
{
	(void)printf("usage: consentctl %s %s\n\n%s\n", command->name,
	    command->usage, command->help);
}

static int
is_flag(const char *text, const char *shorter, const char *longer)
{
	return strcmp(text, shorter) == 0 || strcmp(text, longer) == 0;
}

/* Answers that did not reach stdout were not given. */
static int
finish(int rc)
{
	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		perror("consentctl: stdout");
		return CTL_FAILED;
	}
	return rc;
}

/* A command of several of its own (log) tells more than its row here. */
static int
run(const struct command *command, int argc, char **argv)
{
	bool asks = argc > 1 && is_flag(argv[1], "-h", "--help");

	if (!asks || command->run == ctl_log)
		return command->run(argc, argv);
	usage_of(command);
	return CTL_YES;
}

int
main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		usage(stderr);
		return CTL_FAILED;
	}
	if (is_flag(argv[1], "-h", "--help")) {
		usage(stdout);
		return finish(CTL_YES);
	}
	if (is_flag(argv[1], "-V", "--version")) {
		(void)printf("consentctl %s\n", CONSENT_VERSION);
		return finish(CTL_YES);
	}
	for (i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return finish(run(&commands[i], argc - 1, argv + 1));
	(void)fprintf(
	    stderr, "consentctl: no command is called \"%s\"\n", argv[1]);
	usage(stderr);
	return CTL_FAILED;
}
