#ifndef CONSENT_HTTP_FAULT_H
#define CONSENT_HTTP_FAULT_H

/*
 * Every reason for which a message is refused, with the status that answers a
 * request and the token under which it is counted and logged. The numbers stay
 * inside http/; others see struct codec_fault. No state.
 */

#include "http/codec_types.h"

enum fault {
	FAULT_NONE,
	FAULT_BARE_LF,
	FAULT_BARE_CR,
	FAULT_EMPTY_LINES,
	FAULT_START_LINE,
	FAULT_METHOD,
	FAULT_METHOD_SIZE,
	FAULT_TARGET,
	FAULT_TARGET_SIZE,
	FAULT_VERSION,
	FAULT_HEAD_SIZE,
	FAULT_HEAD_COUNT,
	FAULT_FOLD,
	FAULT_FIELD_NAME,
	FAULT_FIELD_VALUE,
	FAULT_FIELD_TWIN,
	FAULT_CONNECTION,
	FAULT_HOST_MISSING,
	FAULT_HOST_REPEATED,
	FAULT_HOST_INVALID,
	FAULT_LENGTH_INVALID,
	FAULT_LENGTH_REPEATED,
	FAULT_BOTH_LENGTHS,
	FAULT_CODING_FINAL,
	FAULT_CODING_UNKNOWN,
	FAULT_CODING_REPEATED,
	FAULT_CODING_VERSION,
	FAULT_BODY_SIZE,
	FAULT_CHUNK_SIZE,
	FAULT_CHUNK_LINE,
	FAULT_CHUNK_EXTENSION,
	FAULT_CHUNK_END,
	FAULT_INTERIMS,
	FAULT_CUT,
	FAULT_MEMORY,
	FAULT_COUNT
};

/* The row for a fault; fault is not FAULT_NONE. Static, never NULL. */
const struct codec_fault *fault_row(enum fault fault);

#endif
