#include "audit/proof.h"
#include "audit/receipt.h"
#include "audit/verify.h"
#include "cmd/ctl.h"
#include "cmd/ctl_log_command.h"
#include "cmd/ctl_log_key.h"
#include "cmd/ctl_log_progress.h"
#include "cmd/ctl_log_walk.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum {
	CLAIM = 512
};

/* ---- the verdict on a log --------------------------------------------- */

/* What a log that holds is claimed to be, and no more. */
static void
claim(
    const struct log_call *call, const struct verify_result *r, char out[CLAIM])
{
	const struct published_heads *h = &r->heads;
	char kept[CLAIM / 2] = "";

	if (h->has_kept)
		(void)snprintf(kept, sizeof kept,
		    "; the log begins with the %" PRIu64
		    " entries of the kept checkpoint, and has only grown "
		    "since%s",
		    h->kept.n,
		    call->key != NULL ? ""
				      : " (whose signature was not looked at)");
	if (call->key != NULL && h->has_newest)
		(void)snprintf(out, CLAIM,
		    "the first %" PRIu64
		    " entries are those that the owner of the key signed%s%s",
		    h->newest.n, kept,
		    h->has_kept ? ""
				: "; without --since nothing is said about "
				  "whether a newer checkpoint was signed once");
	else
		(void)snprintf(out, CLAIM,
		    "inner consistency only: without %s nothing is said about "
		    "who wrote the log, or whether its end was cut off or all "
		    "of it rewritten%s",
		    call->key != NULL ? "a checkpoint" : "--key", kept);
}

/* Entries that no checkpoint covers. */
static uint64_t
uncovered(const struct verify_result *r)
{
	return r->heads.has_newest ? r->entries - r->heads.newest.n : 0;
}

static void
print_warnings(const struct verify_result *r)
{
	if (r->backward > 0)
		printf("warning: the clock went back before %" PRIu64
		       " entries\n",
		    r->backward);
	if (r->pending > 0)
		printf("warning: %" PRIu64
		       " entries are still to be erased: an erasure is under "
		       "way\n",
		    r->pending);
	if (uncovered(r) > 0)
		printf("%s%" PRIu64
		       " entries at the end are not yet covered by a "
		       "checkpoint; nothing is claimed about them\n",
		    r->is_live ? ""
			       : "warning: the log was not stopped "
				 "cleanly; ",
		    uncovered(r));
	if (r->unfinished > 0 && r->is_live)
		puts("the log is being written; its last line is left out");
	else if (r->unfinished > 0)
		printf("warning: %zu bytes of an entry that was never finished "
		       "are left out\n",
		    r->unfinished);
}

static void
print_verdict(
    const struct log_call *call, const struct verify_result *r, int rc)
{
	char text[CLAIM];

	if (rc != CONSENT_OK) {
		printf("%s", r->fault.file);
		if (r->fault.line > 0)
			printf(":%" PRIu64 ": entry %" PRIu64, r->fault.line,
			    r->fault.seq);
		printf(": %s\n", r->fault.why);
		return;
	}
	claim(call, r, text);
	printf("%" PRIu64 " entries in %" PRIu64 " segment%s hold together: "
	       "%" PRIu64 " choices, %" PRIu64 " erased\n",
	    r->entries, r->segments, r->segments == 1 ? "" : "s", r->choices,
	    r->erased);
	print_warnings(r);
	printf("claimed is %s\n", text);
}

static json_t *
fault_json(const struct published_fault *fault)
{
	return json_pack("{s:s, s:I, s:I, s:s}", "file", fault->file, "line",
	    (json_int_t)fault->line, "seq", (json_int_t)fault->seq, "why",
	    fault->why);
}

/* The size of a checkpoint; null where there is none. */
static json_t *
size_json(bool has, const struct merkle_head *head)
{
	return has ? json_integer((json_int_t)head->n) : json_null();
}

static int
print_verdict_json(
    const struct log_call *call, const struct verify_result *r, int rc)
{
	const struct published_heads *h = &r->heads;
	bool holds = rc == CONSENT_OK;
	char text[CLAIM] = "";
	json_t *out;
	int bad;

	claim(call, r, text);
	out = json_pack("{s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b,"
			" s:o, s:o, s:b, s:o}",
	    "holds", holds, "claim", holds ? text : "", "entries",
	    (json_int_t)r->entries, "segments", (json_int_t)r->segments,
	    "choices", (json_int_t)r->choices, "erased", (json_int_t)r->erased,
	    "pending", (json_int_t)r->pending, "backward",
	    (json_int_t)r->backward, "unfinished", (json_int_t)r->unfinished,
	    "live", r->is_live, "covered", size_json(h->has_newest, &h->newest),
	    "kept", size_json(h->has_kept, &h->kept), "signed",
	    holds && call->key != NULL && h->has_newest, "fault",
	    holds ? json_null() : fault_json(&r->fault));
	bad = json_dumpf(out, stdout, JSON_INDENT(2));
	json_decref(out);
	putchar('\n');
	return bad == 0 ? CTL_YES : CTL_FAILED;
}

static int
verify_log(const struct log_call *call, const struct note_ring *ring)
{
	struct log_progress progress;
	struct verify_options options = {
	    .ring = ring, .on_progress = log_progress_tell, .ctx = &progress};
	struct verify_result result;
	struct buf kept;
	int rc, code = CTL_YES;

	buf_init(&kept, NOTE_BYTES);
	if (call->kept != NULL)
		code = log_file_read(call, call->kept, &kept);
	if (code == CTL_YES && call->kept != NULL && kept.n == 0) {
		(void)fprintf(stderr,
		    "consentctl log verify: %s: an empty file\n", call->kept);
		code = CTL_FAILED;
	}
	if (code == CTL_YES) {
		options.kept = buf_span(&kept);
		log_progress_begin(&progress);
		rc = verify_run(call->dir, &options, &result);
		log_progress_end(&progress);
		if (rc != CONSENT_OK && rc != CONSENT_EDENIED)
			code = log_complain(call, rc);
		else if (call->json)
			code = print_verdict_json(call, &result, rc);
		else
			print_verdict(call, &result, rc);
		if (code == CTL_YES && rc != CONSENT_OK)
			code = CTL_NO;
	}
	buf_fini(&kept);
	return code;
}

/* ---- a receipt -------------------------------------------------------- */

/* Whether the entry is one, and the one that the proof is about. */
static int
check_entry(const struct receipt *r, const struct proof *proof,
    const struct note_ring *ring, const char **why)
{
	struct span line = buf_span(&r->entry);
	struct entry entry;
	int rc = proof_check(proof, line, ring, why);

	if (rc == CONSENT_OK)
		rc = entry_read(line, &entry, why);
	if (rc == CONSENT_OK && entry.seq != proof->index) {
		*why = "the entry has another number than its place";
		rc = CONSENT_EDENIED;
	}
	return rc;
}

static int
check_receipt(const struct receipt *r, const struct note_ring *ring)
{
	const char *why = "the proof is none, or not as it is spelled";
	struct proof proof;
	int rc = proof_read(buf_span(&r->proof), &proof);

	if (rc == CONSENT_OK)
		rc = check_entry(r, &proof, ring, &why);
	if (rc == CONSENT_OK) {
		/* it was signed and read: it has no control characters */
		printf("%.*s\n", SPAN_ARG(buf_span(&r->entry)));
		printf("yes: entry %" PRIu64
		       " is in the log whose owner has the key\n",
		    proof.index);
		return CTL_YES;
	}
	if (rc != CONSENT_EDENIED && rc != CONSENT_EINVAL) {
		(void)fprintf(
		    stderr, "consentctl log verify: %s\n", status_text(rc));
		return CTL_FAILED;
	}
	printf("no: %s\n", why);
	return CTL_NO;
}

static int
verify_receipt(const struct log_call *call, const struct note_ring *ring)
{
	struct receipt r;
	struct buf text;
	int rc, code;

	receipt_init(&r);
	buf_init(&text, RECEIPT_BYTES);
	code = log_file_read(call, call->receipt, &text);
	if (code == CTL_YES) {
		rc = receipt_read(buf_span(&text), &r);
		if (rc == CONSENT_OK)
			code = check_receipt(&r, ring);
		else
			code = CTL_NO;
		if (rc != CONSENT_OK)
			puts("no: not a receipt: a JSON object with the "
			     "members entry and proof, and no others");
	}
	receipt_fini(&r);
	buf_fini(&text);
	return code;
}

int
log_verify(const struct log_call *call)
{
	struct note_ring ring = {.n = 0};
	int code = CTL_YES;

	if (call->key != NULL)
		code = log_key_read(call, &ring);
	if (code == CTL_YES && call->receipt != NULL)
		code = verify_receipt(call, &ring);
	else if (code == CTL_YES)
		code = verify_log(call, call->key != NULL ? &ring : NULL);
	note_ring_fini(&ring);
	return code;
}
