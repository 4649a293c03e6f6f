#include "fuzz.h"

#include "codec_fuzz.h"

/*
 * Any bytes as responses; the first byte says what they answer. Messages after
 * the first few answer ordinary requests.
 */

enum {
	INPUT_MAX = 4096,
	MESSAGES = INPUT_MAX / 16 + 2 /* "HTTP/1.1 204" and two CRLF */
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	enum codec_expected expected[MESSAGES] = {CODEC_ORDINARY};
	size_t i;

	if (n == 0 || n > INPUT_MAX)
		return 0;
	for (i = 0; i < 4; i++)
		expected[i] =
		    (enum codec_expected)((unsigned)data[0] >> (2 * i) & 3u);
	check_cuts(CODEC_READS_RESPONSES, expected,
	    (struct span){(const char *)data + 1, n - 1});
	return 0;
}
