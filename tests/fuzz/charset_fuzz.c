#include "fuzz.h"

#include "html/charset.h"
#include "html/charset_wide.h"

#include <libconsent/buf.h>

#include <stdlib.h>

/*
 * Any bytes as the label and the start of a page; the first says how long the
 * label is. Asserted: a page that is read as bytes has no escapes that another
 * cut would have shown; UTF-16 becomes the same UTF-8 however it is cut, with
 * as many '<' as it has, and none that it has not.
 */

static void
require(int holds)
{
	if (!holds)
		abort();
}

static void
widen(enum charset charset, struct span in, size_t step, struct buf *out)
{
	struct charset_wide w = charset_wide_of(charset);

	buf_clear(out);
	for (; in.n > 0; in = span_sub(in, step, in.n))
		require(charset_wide_write(&w, span_sub(in, 0, step), out) ==
			CONSENT_OK);
	require(charset_wide_end(&w, out) == CONSENT_OK);
}

static size_t
count(struct span s, char c)
{
	size_t n = 0, i;

	for (i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

static void
check_wide(enum charset charset, struct span in)
{
	struct buf whole, parts;
	size_t units = 0, i;

	buf_init(&whole, 1 << 22);
	buf_init(&parts, 1 << 22);
	widen(charset, in, SIZE_MAX, &whole);
	widen(charset, in, 1, &parts);
	require(span_equal(buf_span(&whole), buf_span(&parts)));
	widen(charset, in, 3, &parts);
	require(span_equal(buf_span(&whole), buf_span(&parts)));
	for (i = 0; i + 1 < in.n; i += 2)
		units += charset == CHARSET_UTF16BE
			     ? in.p[i] == 0 && in.p[i + 1] == '<'
			     : in.p[i] == '<' && in.p[i + 1] == 0;
	require(count(buf_span(&whole), '<') == units);
	require(whole.n <= in.n / 2 * 3 + 6);
	buf_fini(&whole);
	buf_fini(&parts);
}

static bool
escapes(struct span in, size_t step)
{
	bool escaped = false, found = false;

	for (; in.n > 0 && !found; in = span_sub(in, step, in.n))
		found = charset_escapes(&escaped, span_sub(in, 0, step));
	return found;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span in = {(const char *)data, n}, label, first;
	enum charset_basis basis;

	if (n == 0)
		return 0;
	label = span_sub(in, 1, data[0] % 32);
	first = span_sub(in, 1 + label.n, n);
	require(charset_sniff(label, first, &basis) <= CHARSET_UNREADABLE);
	require(charset_sniff_xml(label, first) <= CHARSET_UNREADABLE);
	require(escapes(first, SIZE_MAX) == escapes(first, 1));
	check_wide(CHARSET_UTF16LE, first);
	check_wide(CHARSET_UTF16BE, first);
	return 0;
}
