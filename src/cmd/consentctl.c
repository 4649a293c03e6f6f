#include "base/version.h"
#include "cmd/ctl.h"
#include "cmd/ctl_diff.h"
#include "cmd/ctl_import.h"
#include "cmd/ctl_trial.h"
#include "cmd/ctl_usage.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct ctl_command commands[] = {
    {"check", ctl_check, "[--json | --format text|json|sarif] [FILE]",
	"validate a configuration, or a policy alone"},
    {"explain", ctl_explain,
	"[--json] [-c FILE] --cookie NAME | --url URL [--method NAME]\n"
	"      | --inline FILE|-",
	"the category of a thing, the rule that decides it, and those that "
	"lost"},
    {"try", ctl_try,
	"[--consent LIST] [--report] [--diff] [--expect-clean] [--json]\n"
	"      [--at PATH] [--site ORIGIN] [--language LIST] [--gpc]\n"
	"      [-c FILE] PAGE|URL|-",
	"the page as a visitor with that consent gets it, or what it loses"},
    {"diff", ctl_diff, "[--json] OLD NEW",
	"what a policy change changes, and who is asked again; 1: something"},
    {"test", ctl_test, "[--json] [-c FILE] [TESTS...]",
	"run policy tests: files of them, or folders; see docs/POLICY.md"},
    {"import", ctl_import,
	"[--json] [-o FILE] [-c FILE] [--site HOST] [--category [NAME=]ID] "
	"[--exceptions ID] [--any-type] adblock|cookie-database FILE|-",
	"rules out of a list that others keep, for an @include"},
    {"reload", ctl_reload, "[--json] [-c FILE | --socket PATH]",
	"take the configuration anew; says what is wrong with it"},
    {"status", ctl_status, "[--json] [--ready] [-c FILE | --socket PATH]",
	"how the running daemon stands; --ready: 1 unless it is ready"},
    {"mode", ctl_mode,
	"[--json] [-c FILE | --socket PATH] [CATEGORY report|enforce --for "
	"TIME | CATEGORY --end]",
	"have a category only reported, or enforced, for a while; lists them"},
    {"key", ctl_key,
	"[--json] [-c FILE | --socket PATH] [list | rotate [--log]\n"
	"      | revoke KID [--why TEXT] | generate --algorithm NAME DIR]",
	"the keys in force; a new one, or one less, in all workers at once"},
    {"inventory", ctl_inventory,
	"[--json | --propose] [--strict] [-c FILE | --socket PATH]",
	"cookies, hosts and scripts in live traffic that no rule names"},
    {"scan", ctl_scan,
	"[--pages N] [--depth N] [--rate N] [--json | --propose] [-c FILE] URL",
	"the same, of a site from outside: follows its links"},
    {"log", ctl_log, "list|show|tail|stats|export|verify|erase ... [DIR]",
	"read a consent log, or check that it holds; see log --help"},
    {"completion", ctl_completion, "bash|zsh",
	"a script by which that shell completes command lines"},
};

enum {
	COMMANDS = sizeof commands / sizeof commands[0]
};

const struct ctl_command *
ctl_commands(size_t *n)
{
	*n = COMMANDS;
	return commands;
}

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
usage_of(const struct ctl_command *command)
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
run(const struct ctl_command *command, int argc, char **argv)
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
