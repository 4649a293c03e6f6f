#ifndef CONSENT_PROXY_NOTARY_MODE_H
#define CONSENT_PROXY_NOTARY_MODE_H

/*
 * The notary's side of modes that hold for a while: logs that one began or
 * ended, and tells the parent (proxy/mode), who waits for that before one
 * begins.
 */

struct notary_log;

/*
 * Takes all notes that wait on fd, 0 being none: each is an entry, durable
 * before it is answered. Where the log cannot be written, that is the answer.
 */
void notary_mode_take(int fd, struct notary_log *log);

#endif
