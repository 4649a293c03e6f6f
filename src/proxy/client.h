#ifndef CONSENT_PROXY_CLIENT_H
#define CONSENT_PROXY_CLIENT_H

/*
 * Who a request is from: the other end of the connection, or, when that is a
 * proxy that is trusted, the visitor that it speaks for.
 */

#include <sys/socket.h>

#include "proxy/home.h"
#include "web/network.h"

struct head;

/*
 * Names the other end of a connection by its socket address, that of a PROXY
 * header where one was believed; whether it is trusted follows from setup.
 */
void client_name(struct home_client *c, const struct proxy_setup *setup,
    const struct sockaddr_storage *from);

/* The same by an address. */
void client_name_address(struct home_client *c, const struct proxy_setup *setup,
    const struct network_address *address);

/*
 * Makes *visitor the one that a request is from whose connection is that of
 * c: the last hop in X-Forwarded-For, or in Forwarded where that is missing,
 * that is not trusted itself. It is c where c is not trusted, says nothing,
 * or says it wrongly; but nobody who is trusted where c shows itself to be a
 * proxy and does not say for whom.
 */
void client_of_request(const struct home_client *c,
    const struct proxy_setup *setup, const struct head *head,
    struct home_client *visitor);

#endif
