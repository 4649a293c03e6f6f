/*
 * Prints the tokens of a text as one JSON array, in the notation of the
 * html5lib tokenizer tests. The tokens are those of the rewriter's tokenizer,
 * their pieces joined and decoded as the tree would have them. There is no
 * tree: text modes are never switched, --state alone sets one.
 *
 *	html-tokens [--state NAME] [--last-start-tag NAME] [--chunk N] < INPUT
 *	html-tokens --batch < CASES
 *
 * A case of a batch is a line "LENGTH CHUNK LAST-START-TAG STATE", with - for
 * no tag, and LENGTH bytes; each answer is a line.
 */

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "html/attribute.h"
#include "html/charref.h"
#include "html/doctype.h"
#include "html/tokenizer.h"

enum {
	INPUT_MAX = 64 << 20,
	LINE_MAX_BYTES = 256
};

struct job {
	struct span input;
	struct span last_tag;
	struct span state;
	size_t chunk; /* 0: all at once */
};

struct printer {
	struct buf raw;		  /* pieces of one text, comment or doctype */
	enum tokenizer_text text; /* how the text in raw reads */
	struct buf characters;	  /* decoded, of the next Character token */
	struct buf scratch;
	struct buf out;
	int rc;
};

static void
put(struct printer *p, struct span bytes)
{
	if (p->rc == 0)
		p->rc = buf_append(&p->out, bytes);
}

/* Puts bytes as a JSON string. */
static void
put_string(struct printer *p, struct span bytes)
{
	size_t i;

	put(p, SPAN("\""));
	for (i = 0; i < bytes.n && p->rc == 0; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		if (c < 0x20)
			p->rc = buf_printf(&p->out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			p->rc = buf_printf(&p->out, "\\%c", c);
		else
			p->rc = buf_append_byte(&p->out, (char)c);
	}
	put(p, SPAN("\""));
}

/* Puts raw bytes as the tree has them. */
static void
put_decoded(struct printer *p, struct span raw, enum charref_use use)
{
	buf_clear(&p->scratch);
	if (p->rc == 0)
		p->rc = charref_decode(raw, use, &p->scratch);
	put_string(p, buf_span(&p->scratch));
}

/* Puts a name: decoded, in lower case. */
static void
put_name(struct printer *p, struct span raw)
{
	size_t i;

	buf_clear(&p->scratch);
	if (p->rc == 0)
		p->rc = charref_decode(raw, CHARREF_RAWTEXT, &p->scratch);
	for (i = 0; i < p->scratch.n; i++)
		p->scratch.p[i] = ascii_lower(p->scratch.p[i]);
	put_string(p, buf_span(&p->scratch));
}

/* Begins a token: "[" and its type, behind a comma if it needs one. */
static void
put_token(struct printer *p, struct span type)
{
	put(p, p->out.n > 1 ? SPAN(",[") : SPAN("["));
	put_string(p, type);
}

/* Decodes the text that has gathered. */
static void
text_decode(struct printer *p)
{
	static const enum charref_use uses[] = {
	    [TOKENIZER_DATA] = CHARREF_DATA,
	    [TOKENIZER_RCDATA] = CHARREF_RCDATA,
	    [TOKENIZER_RAWTEXT] = CHARREF_RAWTEXT,
	    [TOKENIZER_SCRIPT] = CHARREF_RAWTEXT,
	    [TOKENIZER_PLAINTEXT] = CHARREF_RAWTEXT,
	    [TOKENIZER_CDATA] = CHARREF_CDATA,
	};

	if (p->rc == 0)
		p->rc = charref_decode(
		    buf_span(&p->raw), uses[p->text], &p->characters);
	buf_clear(&p->raw);
}

static void
on_text(struct printer *p, const struct tokenizer_event *e)
{
	if (e->text != p->text)
		text_decode(p);
	p->text = e->text;
	if (p->rc == 0)
		p->rc = buf_append(&p->raw, e->raw);
}

/* Whether an attribute of the same name stands before a. */
static bool
is_duplicate(struct span tag, const struct attribute *a)
{
	struct attribute first = *a;

	return attribute_find(tag, a->name, &first) && first.raw.p != a->raw.p;
}

static void
on_start_tag(struct printer *p, const struct tokenizer_event *e)
{
	struct attribute_cursor c = attribute_begin(e->raw);
	struct attribute a;
	bool first = true;

	put_token(p, SPAN("StartTag"));
	put(p, SPAN(","));
	put_name(p, attribute_tag_name(e->raw));
	put(p, SPAN(",{"));
	while (attribute_next(&c, &a)) {
		if (is_duplicate(e->raw, &a))
			continue;
		put(p, first ? SPAN("") : SPAN(","));
		first = false;
		put_name(p, a.name);
		put(p, SPAN(":"));
		put_decoded(p, a.value, CHARREF_ATTRIBUTE);
	}
	put(p, e->self_closing ? SPAN("},true]") : SPAN("}]"));
}

static void
on_end_tag(struct printer *p, const struct tokenizer_event *e)
{
	put_token(p, SPAN("EndTag"));
	put(p, SPAN(","));
	put_name(p, attribute_tag_name(e->raw));
	put(p, SPAN("]"));
}

static void
on_comment(struct printer *p, const struct tokenizer_event *e)
{
	if (p->rc == 0)
		p->rc = buf_append(&p->raw, e->data);
	if (!e->ends)
		return;
	put_token(p, SPAN("Comment"));
	put(p, SPAN(","));
	put_decoded(p, buf_span(&p->raw), CHARREF_RAWTEXT);
	put(p, SPAN("]"));
	buf_clear(&p->raw);
}

static void
put_id(struct printer *p, struct span id)
{
	put(p, SPAN(","));
	if (id.p == NULL)
		put(p, SPAN("null"));
	else
		put_decoded(p, id, CHARREF_RAWTEXT);
}

static void
on_doctype(struct printer *p, const struct tokenizer_event *e)
{
	struct doctype d;

	if (p->rc == 0)
		p->rc = buf_append(&p->raw, e->raw);
	if (!e->ends)
		return;
	d = doctype_read(buf_span(&p->raw));
	put_token(p, SPAN("DOCTYPE"));
	put(p, SPAN(","));
	if (d.name.p == NULL)
		put(p, SPAN("null"));
	else
		put_name(p, d.name);
	put_id(p, d.public_id);
	put_id(p, d.system_id);
	put(p, d.force_quirks ? SPAN(",false]") : SPAN(",true]"));
	buf_clear(&p->raw);
}

static void
on_silent(struct printer *p, const struct tokenizer_event *e)
{
	(void)p;
	(void)e;
}

/* Puts the characters before a token, if there are any. */
static void
put_characters(struct printer *p)
{
	if (p->characters.n == 0)
		return;
	put_token(p, SPAN("Character"));
	put(p, SPAN(","));
	put_string(p, buf_span(&p->characters));
	put(p, SPAN("]"));
	buf_clear(&p->characters);
}

static void
on_event(struct printer *p, const struct tokenizer_event *e)
{
	static void (*const rows[])(
	    struct printer *, const struct tokenizer_event *) = {
	    [TOKENIZER_TEXT] = on_text,
	    [TOKENIZER_START_TAG] = on_start_tag,
	    [TOKENIZER_END_TAG] = on_end_tag,
	    [TOKENIZER_COMMENT] = on_comment,
	    [TOKENIZER_DOCTYPE] = on_doctype,
	    [TOKENIZER_SILENT] = on_silent,
	};
	bool goes_on = e->kind == TOKENIZER_TEXT ||
		       e->kind == TOKENIZER_SILENT ||
		       p->characters.n + p->raw.n == 0;
	bool continues =
	    (e->kind == TOKENIZER_COMMENT || e->kind == TOKENIZER_DOCTYPE) &&
	    !e->begins;

	/* a reference does not reach over what is no text */
	if (e->kind != TOKENIZER_TEXT && !continues)
		text_decode(p);
	if (!goes_on && !continues)
		put_characters(p);
	rows[e->kind](p, e);
}

/* Feeds the job's input in pieces; the window grows until an event comes. */
static void
feed(struct printer *p, struct tokenizer *t, const struct job *job)
{
	struct tokenizer_event event;
	size_t start = 0;
	size_t end = 0;
	bool last = false;

	while (!last) {
		end = job->chunk == 0 || job->input.n - end <= job->chunk
			  ? job->input.n
			  : end + job->chunk;
		last = end == job->input.n;
		while (
		    tokenizer_next(t, span_sub(job->input, start, end - start),
			last, &event) == TOKENIZER_EVENT) {
			start += event.raw.n;
			on_event(p, &event);
		}
	}
	text_decode(p);
	put_characters(p);
}

static int
start_state(struct tokenizer *t, const struct job *job)
{
	static const struct {
		const char *name;
		enum tokenizer_text text;
	} states[] = {
	    {"Data state", TOKENIZER_DATA},
	    {"RCDATA state", TOKENIZER_RCDATA},
	    {"RAWTEXT state", TOKENIZER_RAWTEXT},
	    {"Script data state", TOKENIZER_SCRIPT},
	    {"PLAINTEXT state", TOKENIZER_PLAINTEXT},
	    {"CDATA section state", TOKENIZER_CDATA},
	};
	size_t i;

	tokenizer_init(t);
	for (i = 0; i < sizeof states / sizeof states[0]; i++) {
		if (!span_equal(job->state, span_of(states[i].name)))
			continue;
		tokenizer_enter(t, states[i].text, job->last_tag);
		return 0;
	}
	(void)fprintf(
	    stderr, "html-tokens: no such state: %.*s\n", SPAN_ARG(job->state));
	return CONSENT_EINVAL;
}

/* Prints the tokens of one job as one line. */
static int
run(const struct job *job)
{
	struct tokenizer t;
	struct printer p = {.rc = start_state(&t, job)};

	buf_init(&p.raw, INPUT_MAX);
	buf_init(&p.characters, INPUT_MAX);
	buf_init(&p.scratch, INPUT_MAX);
	buf_init(&p.out, (size_t)INPUT_MAX * 6); /* "\u0000" at worst */
	put(&p, SPAN("["));
	if (p.rc == 0)
		feed(&p, &t, job);
	put(&p, SPAN("]\n"));
	if (p.rc == 0 && fwrite(p.out.p, 1, p.out.n, stdout) != p.out.n)
		p.rc = CONSENT_EIO;
	buf_fini(&p.raw);
	buf_fini(&p.characters);
	buf_fini(&p.scratch);
	buf_fini(&p.out);
	return p.rc;
}

/* Reads exactly n bytes, or up to the end with n = INPUT_MAX. */
static int
read_input(struct buf *in, size_t n)
{
	char *room;

	buf_clear(in);
	while (in->n < n) {
		size_t want = n - in->n < BUFSIZ ? n - in->n : BUFSIZ;
		int rc = buf_reserve(in, want, &room);

		if (rc != 0)
			return rc;
		want = fread(room, 1, want, stdin);
		if (want == 0)
			break;
		in->n += want;
	}
	return n == INPUT_MAX || in->n == n ? 0 : CONSENT_EINVAL;
}

static int
parse_size(struct span text, size_t *out)
{
	uint64_t n = 0;
	int rc = span_to_u64(text, 10, INPUT_MAX, &n);

	if (rc == 0)
		*out = (size_t)n;
	return rc;
}

/* Runs the case that a batch's line announces. */
static int
run_case(struct span line, struct buf *in)
{
	struct job job = {.chunk = 0};
	size_t n = 0;
	int rc = parse_size(span_cut(&line, ' '), &n);

	if (rc == 0)
		rc = parse_size(span_cut(&line, ' '), &job.chunk);
	if (rc != 0)
		return rc;
	job.last_tag = span_cut(&line, ' ');
	if (span_equal(job.last_tag, SPAN("-")))
		job.last_tag = SPAN("");
	job.state = line;
	rc = read_input(in, n);
	job.input = buf_span(in);
	return rc == 0 ? run(&job) : rc;
}

static int
run_batch(struct buf *in)
{
	char line[LINE_MAX_BYTES];
	int rc = 0;

	while (rc == 0 && fgets(line, sizeof line, stdin) != NULL) {
		struct span s = span_of(line);

		if (s.n > 0 && s.p[s.n - 1] == '\n')
			s.n--;
		rc = run_case(s, in);
	}
	return rc;
}

/* Takes the options "--name value"; CONSENT_EINVAL for any other. */
static int
read_options(int argc, char **argv, struct job *job)
{
	int i;
	int rc = 0;

	for (i = 1; i < argc && rc == 0; i += 2) {
		struct span name = span_of(argv[i]);

		if (i + 1 == argc)
			rc = CONSENT_EINVAL;
		else if (span_equal(name, SPAN("--state")))
			job->state = span_of(argv[i + 1]);
		else if (span_equal(name, SPAN("--last-start-tag")))
			job->last_tag = span_of(argv[i + 1]);
		else if (span_equal(name, SPAN("--chunk")))
			rc = parse_size(span_of(argv[i + 1]), &job->chunk);
		else
			rc = CONSENT_EINVAL;
	}
	return rc;
}

int
main(int argc, char **argv)
{
	struct job job = {.state = SPAN("Data state")};
	struct buf in;
	int rc;

	buf_init(&in, INPUT_MAX);
	if (argc == 2 && strcmp(argv[1], "--batch") == 0) {
		rc = run_batch(&in);
	} else {
		rc = read_options(argc, argv, &job);
		if (rc == 0)
			rc = read_input(&in, INPUT_MAX);
		job.input = buf_span(&in);
		if (rc == 0)
			rc = run(&job);
	}
	buf_fini(&in);
	if (rc != 0)
		(void)fprintf(stderr, "html-tokens: %s\n", status_text(rc));
	return rc == 0 ? 0 : rc == CONSENT_EINVAL ? 2 : 1;
}
