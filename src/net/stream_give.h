#ifndef CONSENT_NET_STREAM_GIVE_H
#define CONSENT_NET_STREAM_GIVE_H

/*
 * A stream that one owner began and another goes on with: the first one waits
 * for TLS and looks at what was agreed on, the second one speaks that.
 */

#include <libconsent/span.h>

struct stream;
struct stream_user;

/* The protocol that TLS agreed on (RFC 7301), such as "h2"; or empty. */
struct span stream_protocol(const struct stream *s);

/*
 * Makes user, which is copied, the owner from now on; allowed inside a
 * callback. The deadline of the one before is taken away.
 */
void stream_give(struct stream *s, const struct stream_user *user);

#endif
