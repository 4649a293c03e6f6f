#include "cmd/ctl.h"
#include "cmd/ctl_log_command.h"
#include "cmd/ctl_log_print.h"
#include "cmd/ctl_log_ship.h"
#include "cmd/ctl_log_vkey.h"
#include "cmd/ctl_log_walk.h"
#include "cmd/ctl_usage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: consentctl log COMMAND [OPTIONS] [DIR]\n"
    "\n"
    "  list [--json] [FILTERS] [ORDER]     entries, one a line\n"
    "  show [--json] SEQ                   one entry\n"
    "  tail [-n N] [-f] [--json] [FILTERS] the last entries; -f goes on\n"
    "  stats [--by day|week|month] [--json] [FILTERS]\n"
    "                                      how many of what\n"
    "  export --format csv|jsonl [FILTERS] [ORDER]\n"
    "                                      entries for other programs\n"
    "  receipt SEQ|SUBJECT [--all]         an entry with the proof that it is\n"
    "                                      in the log, as JSON: of a subject "
    "the\n"
    "                                      newest choice, or all, one a line\n"
    "  checkpoint                          the newest signed checkpoint, to "
    "be\n"
    "                                      kept elsewhere\n"
    "  report -o FILE [--key PUB] [--title TEXT] [--since TIME] "
    "[--until TIME]\n"
    "                                      all of it as one page for people\n"
    "  verify [--json] [--key PUB] [--since FILE]\n"
    "                                      re-reads all and names the first\n"
    "                                      place that is wrong\n"
    "  verify --receipt FILE --key PUB     whether a receipt holds; needs no "
    "DIR\n"
    "  ship postgresql://... [OPTIONS]     puts entries into a database; see\n"
    "                                      ship --help\n"
    "  key [-c FILE]                       the log's verifier keys, by the\n"
    "                                      daemon's configuration\n"
    "  erase SUBJECT [--why TEXT] [--json] [-c FILE | --socket PATH]\n"
    "                                      has the daemon erase a visitor's\n"
    "                                      choices from its log\n"
    "\n"
    "DIR (or --dir DIR) is the log's directory, /var/lib/consentd/log when\n"
    "it is left out; a copy of it will do. Nothing is ever written to it,\n"
    "but for erase, which asks the daemon.\n"
    "Filters: --since TIME --until TIME (2026-11-01 or 2026-11-01T10:00:00Z;\n"
    "  until is not included) --type TYPE --subject ID --lang TAG\n"
    "  --action accept|reject|choose|withdraw|embed --signal none|gpc\n"
    "  --via notice|preferences|api --policy HASH --notice HASH (or how it\n"
    "  begins); each takes several values: --action accept,choose\n"
    "Order: --reverse (the newest first) --limit N\n"
    "list, stats and export take --from postgresql://... [--log NAME] instead\n"
    "of DIR: all logs that were shipped there (ship), or that one.\n"
    "In csv a cell that a spreadsheet would take for a formula begins with\n"
    "an apostrophe; jsonl holds the very bytes of the log. tail --json has an\n"
    "entry a line.\n"
    "PUB is a verifier key (NAME+ID+KEY) or a file of them, had from "
    "elsewhere\n"
    "than DIR; FILE of --since a checkpoint that was kept.\n"
    "Exit: 0 yes, 1 no, 2 bad usage or nothing could be read.\n";

const char *
ctl_log_usage(void)
{
	return usage;
}

static int
visit_text(struct log_walk *w, const struct entry *entry, struct span line)
{
	(void)w;
	(void)line;
	log_print_line(entry);
	return CTL_YES;
}

static int
visit_json(struct log_walk *w, const struct entry *entry, struct span line)
{
	(void)entry;
	printf("%s%.*s", w->n == 0 ? "[\n" : ",\n", SPAN_ARG(line));
	return CTL_YES;
}

static int
visit_csv(struct log_walk *w, const struct entry *entry, struct span line)
{
	(void)w;
	(void)entry;
	log_print_csv(line);
	return CTL_YES;
}

static int
visit_jsonl(struct log_walk *w, const struct entry *entry, struct span line)
{
	(void)w;
	(void)entry;
	printf("%.*s\n", SPAN_ARG(line));
	return CTL_YES;
}

static int
log_list(const struct log_call *call)
{
	struct log_walk w = {
	    .call = call, .visit = call->json ? visit_json : visit_text};
	int code = log_walk(&w);

	if (code == CTL_YES && call->json)
		(void)fputs(w.n == 0 ? "[]\n" : "\n]\n", stdout);
	return code;
}

static int
log_export(const struct log_call *call)
{
	struct log_walk w = {.call = call, .visit = visit_jsonl};

	if (call->format == NULL) {
		(void)fputs(
		    "consentctl log export: give --format csv or jsonl\n",
		    stderr);
		return CTL_FAILED;
	}
	if (strcmp(call->format, "csv") == 0) {
		w.visit = visit_csv;
		log_print_csv_header();
	}
	return log_walk(&w);
}

static int
show_line(const struct log_call *call, const struct reader_line *line)
{
	struct entry entry;

	if (log_read_line(line, &entry) != CTL_YES)
		return CTL_FAILED;
	if (call->json)
		printf("%.*s\n", SPAN_ARG(line->text));
	else
		log_print_members(line->text);
	return CTL_YES;
}

static int
log_show(const struct log_call *call)
{
	struct reader *reader = NULL;
	struct reader_line line;
	int code = log_open(call, &reader);

	if (code == CTL_YES)
		code = log_find(call, reader, call->seq, &line);
	if (code == CTL_YES)
		code = show_line(call, &line);
	else if (code == CTL_NO)
		(void)fprintf(stderr,
		    "consentctl log show: there is no entry %" PRIu64 "\n",
		    call->seq);
	reader_close(reader);
	return code;
}

static bool
asks_for_help(int argc, char **argv, int at)
{
	return argc > at &&
	       (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0);
}

static const struct {
	const char *name;
	int (*run)(const struct log_call *call);
	unsigned takes;
} commands[] = {
    {"list", log_list, LOG_FILTERS | LOG_ORDER | LOG_JSON | LOG_FROM},
    {"show", log_show, LOG_SEQ | LOG_JSON},
    {"tail", log_tail, LOG_FOLLOW | LOG_FILTERS | LOG_JSON},
    {"stats", log_stats, LOG_PERIOD | LOG_FILTERS | LOG_JSON | LOG_FROM},
    {"export", log_export, LOG_FILTERS | LOG_ORDER | LOG_FORMAT | LOG_FROM},
    {"receipt", log_receipt, LOG_WHICH},
    {"checkpoint", log_checkpoint, 0},
    {"report", log_report, LOG_OUTPUT | LOG_TIMES | LOG_KEY | LOG_FROM},
    {"verify", log_verify, LOG_SIGNED | LOG_JSON},
};

/* Those with options of their own. */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} others[] = {
    {"ship", ctl_log_ship},
    {"key", ctl_log_vkey},
    {"erase", ctl_log_erase},
};

static int
run_other(int (*run)(int argc, char **argv), int argc, char **argv)
{
	/* ship tells more of itself */
	if (run == ctl_log_ship || !asks_for_help(argc, argv, 1))
		return run(argc, argv);
	(void)fputs(usage, stdout);
	return CTL_YES;
}

int
ctl_log(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	struct log_call call = {.takes = 0};
	size_t i;

	if (asks_for_help(argc, argv, 1)) {
		(void)fputs(usage, stdout);
		return CTL_YES;
	}
	for (i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcmp(name, others[i].name) == 0)
			return run_other(others[i].run, argc - 1, argv + 1);
	for (i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(name, commands[i].name) != 0)
			continue;
		if (asks_for_help(argc, argv, 2)) {
			(void)fputs(usage, stdout);
			return CTL_YES;
		}
		call.command = commands[i].name;
		call.takes = commands[i].takes;
		if (!log_call_read(&call, argc - 1, argv + 1))
			return CTL_FAILED;
		return commands[i].run(&call);
	}
	if (name[0] != '\0')
		(void)fprintf(
		    stderr, "consentctl log: no command \"%s\"\n", name);
	(void)fputs(usage, stderr);
	return CTL_FAILED;
}
