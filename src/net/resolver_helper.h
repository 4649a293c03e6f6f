#ifndef CONSENT_NET_RESOLVER_HELPER_H
#define CONSENT_NET_RESOLVER_HELPER_H

/*
 * The helper process of net/resolver and the messages between the two: one
 * packet a question, one an answer, over a SOCK_SEQPACKET pair between
 * processes of the same program.
 */

#include <stdint.h>

#include "net/address.h"

struct resolver_question {
	uint32_t id;
	uint16_t port;
	char host[ADDRESS_HOST_BYTES + 1]; /* with NUL */
};

struct resolver_answer {
	uint32_t id;
	int32_t rc;
	uint32_t count;
	struct address list[ADDRESS_LIST];
};

/*
 * Answers questions from fd until its other end closes, then leaves the
 * process. Closes every other file but the three standard ones. The answers
 * come from a process below this one, which calls confine (may be NULL) first
 * and is replaced when it dies: what a name server sends can kill no more than
 * the question that it answers. Both end with the process above.
 */
_Noreturn void resolver_help(int fd, void (*confine)(void));

#endif
