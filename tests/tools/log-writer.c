/*
 * Writes a consent log of any size through the ledger and prints its public
 * key: for measurements, and for tests that read logs with other programs.
 *
 *	log-writer DIR KEYS ENTRIES [SEED [SEGMENT [STOPS [KILLS]]]]
 */

#include "../unit/audit/growing.h"

#define ORIGIN "library.example/one"

static uint64_t
number(int argc, char **argv, int i, uint64_t otherwise)
{
	uint64_t n;

	if (i >= argc ||
	    span_to_u64(span_of(argv[i]), 10, INT64_MAX, &n) != CONSENT_OK)
		return otherwise;
	return n;
}

int
main(int argc, char **argv)
{
	char error[KEYS_ERROR] = "", vkey[NOTE_VKEY];
	struct keys_folder folder = {
	    argc > 2 ? argv[2] : "", SIGNER_ED25519, error};
	struct note_ring ring = {.n = 0};
	struct growth how = {.dir = argc > 1 ? argv[1] : "",
	    .ring = &ring,
	    .entries = number(argc, argv, 3, 0),
	    .seed = number(argc, argv, 4, 1),
	    .segment_size = number(argc, argv, 5, 0),
	    .round = 256,
	    .stops = (unsigned)number(argc, argv, 6, 0) % 100,
	    .kills = (unsigned)number(argc, argv, 7, 0) % 100};
	int rc;

	if (argc < 4) {
		(void)fputs("usage: log-writer DIR KEYS ENTRIES [SEED [SEGMENT "
			    "[STOPS [KILLS]]]]\n",
		    stderr);
		return 2;
	}
	rc = note_ring_open(&folder, ORIGIN, &ring);
	if (rc == CONSENT_OK)
		rc = growing_run(&how);
	if (rc == CONSENT_OK) {
		note_key_write(ring.keys[ring.n - 1], vkey);
		puts(vkey);
	} else {
		(void)fprintf(
		    stderr, "log-writer: %s %s\n", status_text(rc), error);
	}
	note_ring_fini(&ring);
	return rc == CONSENT_OK ? 0 : 1;
}
