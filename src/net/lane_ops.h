#ifndef CONSENT_NET_LANE_OPS_H
#define CONSENT_NET_LANE_OPS_H

/*
 * What a kind of connection does for its lanes: the functions of net/lane.h
 * and net/lane_send.h by the same names. A peer embeds struct lane as the
 * first member of its own lane. For the peers only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/sink.h>
#include <libconsent/span.h>

#include "http/body.h"

struct codec_fault;
struct head;
struct lane;
struct lane_handler;

struct lane_ops {
	struct head *(*head)(struct lane *lane);
	enum body_kind (*body_kind)(const struct lane *lane);
	uint64_t (*body_length)(const struct lane *lane);
	struct head *(*trailers)(struct lane *lane);
	const struct codec_fault *(*fault)(const struct lane *lane);
	bool (*is_retryable)(const struct lane *lane);
	void (*pause)(struct lane *lane);
	void (*resume)(struct lane *lane);
	void (*release)(struct lane *lane);
	int (*send_interim)(struct lane *lane, const struct head *head);
	int (*send_head)(struct lane *lane, struct head *head,
	    enum body_kind kind, uint64_t length);
	int (*send)(struct lane *lane, struct span bytes, enum sink_mark mark);
	int (*finish)(struct lane *lane, const struct head *trailers);
	void (*abort)(struct lane *lane);
	void (*close_after)(struct lane *lane);
	size_t (*pending)(const struct lane *lane);
	bool (*is_full)(const struct lane *lane);
};

struct lane {
	const struct lane_ops *ops;
	const struct lane_handler *handler; /* NULL: nobody listens */
	void *ctx;
};

#endif
