#ifndef CONSENT_PROXY_MODE_WIRE_H
#define CONSENT_PROXY_MODE_WIRE_H

/*
 * What the parent and the notary say to each other about modes that hold for a
 * while: what goes into the log, and that it is there. One packet each,
 * between processes of one build.
 */

#include <stdint.h>

enum {
	MODE_WIRE_VERSION = 1,
	MODE_WIRE_WHAT = 96, /* longest text of either, and its NUL */
	MODE_WIRE_WHY = 128
};

enum mode_wire_magic {
	MODE_WIRE_NOTE = 0x6d6f4e74,  /* parent to notary: struct mode_note */
	MODE_WIRE_REPORT = 0x6d6f5270 /* back: struct mode_report */
};

struct mode_note {
	uint32_t magic, version;
	uint64_t number; /* which note it is */
	uint32_t begins; /* 1: a start entry, 0: a stop entry */
	uint32_t unused;
	char what[MODE_WIRE_WHAT];
	char why[MODE_WIRE_WHY];
};

struct mode_report {
	uint32_t magic, version;
	uint64_t number; /* of the note */
	int32_t status;	 /* 0 or a negative consent_status */
	uint32_t unused;
	uint64_t seq; /* of its entry */
};

#endif
