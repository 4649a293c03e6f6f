#include "audit/reader.h"
#include "audit/verify.h"
#include "cmd/ctl.h"
#include "cmd/ctl_log_call.h"
#include "cmd/ctl_log_print.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: consentctl log COMMAND [OPTIONS] [DIR]\n"
    "\n"
    "  list [--json] [FILTERS]             entries, one a line\n"
    "  show [--json] SEQ                   one entry\n"
    "  export --format csv|jsonl [FILTERS] entries for other programs\n"
    "  verify [--json]                     re-reads all and names the first\n"
    "                                      entry that is wrong\n"
    "\n"
    "DIR (or --dir DIR) is the log's directory, /var/lib/consentd/log when\n"
    "it is left out. Nothing is ever written to it.\n"
    "Filters: --since TIME --until TIME (2026-11-01 or 2026-11-01T10:00:00Z)\n"
    "  --subject ID --action accept|reject|choose|withdraw --type TYPE\n"
    "  --policy HASH (or how it begins) --lang TAG\n"
    "In csv a cell that a spreadsheet would take for a formula begins with\n"
    "an apostrophe; jsonl holds the very bytes of the log.\n"
    "Exit: 0 yes, 1 no, 2 bad usage or nothing could be read.\n";

/* What is done with each entry that passes. */
struct walk {
	const struct log_call *call;
	void (*visit)(
	    struct walk *w, const struct entry *entry, struct span line);
	uint64_t n; /* entries that passed */
};

static void
complain_place(const struct reader_line *line, const char *why)
{
	(void)fprintf(
	    stderr, "%s:%" PRIu64 ": %s\n", line->file, line->line, why);
}

static int
complain_log(const struct log_call *call, int rc)
{
	(void)fprintf(stderr, "consentctl log %s: %s: %s\n", call->command,
	    call->dir,
	    rc == CONSENT_ENOENT ? "there is no log here" : status_text(rc));
	return CTL_FAILED;
}

static int
open_log(const struct log_call *call, struct reader **out)
{
	char stray[LAYOUT_NAME];
	int rc = reader_open(call->dir, out, stray);

	if (rc == CONSENT_OK)
		return CTL_YES;
	if (rc != CONSENT_EINVAL)
		return complain_log(call, rc);
	(void)fprintf(
	    stderr, "%s/%s: not a segment of the log\n", LAYOUT_ENTRIES, stray);
	return CTL_FAILED;
}

static int
walk_line(struct walk *w, const struct reader_line *line)
{
	struct entry entry;
	const char *why;
	int rc = entry_read(line->text, &entry, &why);

	if (rc == CONSENT_EINVAL) {
		complain_place(line, why);
		return CTL_FAILED;
	}
	if (rc != CONSENT_OK)
		return complain_log(w->call, rc);
	if (log_filter_passes(&w->call->filter, &entry)) {
		w->visit(w, &entry, line->text);
		w->n++;
	}
	entry_fini(&entry);
	return CTL_YES;
}

/* Shows each entry that passes to w->visit. */
static int
walk_log(struct walk *w, struct reader *reader)
{
	struct reader_line line = {.line = 0};
	enum reader_state state;
	int rc, code = CTL_YES;

	while (code == CTL_YES) {
		rc = reader_next(reader, &state, &line);
		if (rc != CONSENT_OK)
			return complain_log(w->call, rc);
		if (state == READER_END)
			break;
		/* a writer at work may be in the middle of a line */
		if (state == READER_PARTIAL && reader_is_live(reader))
			break;
		if (state != READER_LINE) {
			complain_place(&line, "not a whole line");
			return CTL_FAILED;
		}
		code = walk_line(w, &line);
	}
	return code;
}

static void
visit_text(struct walk *w, const struct entry *entry, struct span line)
{
	(void)w;
	(void)line;
	log_print_line(entry);
}

static void
visit_json(struct walk *w, const struct entry *entry, struct span line)
{
	(void)entry;
	printf("%s%.*s", w->n == 0 ? "[\n" : ",\n", SPAN_ARG(line));
}

static void
visit_csv(struct walk *w, const struct entry *entry, struct span line)
{
	(void)w;
	(void)line;
	log_print_csv(entry);
}

static void
visit_jsonl(struct walk *w, const struct entry *entry, struct span line)
{
	(void)w;
	(void)entry;
	printf("%.*s\n", SPAN_ARG(line));
}

static int
log_list(const struct log_call *call)
{
	struct walk w = {call, call->json ? visit_json : visit_text, 0};
	struct reader *reader = NULL;
	int code = open_log(call, &reader);

	if (code == CTL_YES)
		code = walk_log(&w, reader);
	if (code == CTL_YES && call->json)
		(void)fputs(w.n == 0 ? "[]\n" : "\n]\n", stdout);
	reader_close(reader);
	return code;
}

static int
log_export(const struct log_call *call)
{
	struct walk w = {call, visit_jsonl, 0};
	struct reader *reader = NULL;
	int code;

	if (call->format == NULL) {
		(void)fputs(
		    "consentctl log export: give --format csv or jsonl\n",
		    stderr);
		return CTL_FAILED;
	}
	code = open_log(call, &reader);
	if (code == CTL_YES && strcmp(call->format, "csv") == 0) {
		log_print_csv_header();
		w.visit = visit_csv;
	}
	if (code == CTL_YES)
		code = walk_log(&w, reader);
	reader_close(reader);
	return code;
}

static int
show_line(const struct log_call *call, const struct reader_line *line)
{
	struct entry entry;
	const char *why;

	if (entry_read(line->text, &entry, &why) != CONSENT_OK) {
		complain_place(line, why);
		return CTL_FAILED;
	}
	if (call->json)
		printf("%.*s\n", SPAN_ARG(line->text));
	else
		log_print_members(&entry);
	entry_fini(&entry);
	return CTL_YES;
}

static int
find_line(const struct log_call *call, struct reader *reader)
{
	struct reader_line line;
	enum reader_state state;
	struct entry_peek peek;

	reader_seek(reader, reader_find(reader, call->seq));
	for (;;) {
		int rc = reader_next(reader, &state, &line);

		if (rc != CONSENT_OK)
			return complain_log(call, rc);
		if (state != READER_LINE)
			break;
		if (entry_peek(line.text, &peek) && peek.seq == call->seq)
			return show_line(call, &line);
	}
	(void)fprintf(stderr,
	    "consentctl log show: there is no entry %" PRIu64 "\n", call->seq);
	return CTL_NO;
}

static int
log_show(const struct log_call *call)
{
	struct reader *reader = NULL;
	int code = open_log(call, &reader);

	if (code == CTL_YES)
		code = find_line(call, reader);
	reader_close(reader);
	return code;
}

static const char claim[] =
    "inner consistency only: without --key nothing is said about who wrote "
    "the log, or whether its end was cut off or all of it rewritten";

static void
print_verdict(const struct verify_result *r, int rc)
{
	if (rc != CONSENT_OK) {
		printf("%s", r->file);
		if (r->line > 0)
			printf(":%" PRIu64, r->line);
		printf(": entry %" PRIu64 ": %s\n", r->seq, r->why);
		return;
	}
	printf("%" PRIu64 " entries in %" PRIu64 " segment%s hold together: "
	       "%" PRIu64 " choices, %" PRIu64 " erased\n",
	    r->entries, r->segments, r->segments == 1 ? "" : "s", r->choices,
	    r->erased);
	if (r->backward > 0)
		printf("warning: the clock went back before %" PRIu64
		       " entries\n",
		    r->backward);
	if (r->unfinished > 0)
		puts("the log is being written; its last line is left out");
	printf("claimed is %s\n", claim);
}

static int
print_verdict_json(const struct verify_result *r, int rc)
{
	json_t *out = json_pack("{s:b, s:s, s:I, s:I, s:I, s:I, s:I}", "holds",
	    rc == CONSENT_OK, "claim", claim, "entries", (json_int_t)r->entries,
	    "segments", (json_int_t)r->segments, "choices",
	    (json_int_t)r->choices, "erased", (json_int_t)r->erased, "backward",
	    (json_int_t)r->backward);
	json_t *fault = rc == CONSENT_OK
			    ? json_null()
			    : json_pack("{s:s, s:I, s:I, s:s}", "file", r->file,
				  "line", (json_int_t)r->line, "seq",
				  (json_int_t)r->seq, "why", r->why);
	int bad = json_object_set_new(out, "fault", fault);

	if (bad == 0)
		bad = json_dumpf(out, stdout, JSON_INDENT(2));
	json_decref(out);
	putchar('\n');
	return bad == 0 ? CTL_YES : CTL_FAILED;
}

static int
log_verify(const struct log_call *call)
{
	struct verify_result result;
	int rc = verify_run(call->dir, &result);
	int code = CTL_YES;

	if (rc != CONSENT_OK && rc != CONSENT_EDENIED)
		return complain_log(call, rc);
	if (call->json)
		code = print_verdict_json(&result, rc);
	else
		print_verdict(&result, rc);
	if (code != CTL_YES)
		return code;
	return rc == CONSENT_OK ? CTL_YES : CTL_NO;
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
    {"list", log_list, LOG_FILTERS | LOG_JSON},
    {"show", log_show, LOG_SEQ | LOG_JSON},
    {"export", log_export, LOG_FILTERS | LOG_FORMAT},
    {"verify", log_verify, LOG_SIGNED | LOG_JSON},
};

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
