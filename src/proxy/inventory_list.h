#ifndef CONSENT_PROXY_INVENTORY_LIST_H
#define CONSENT_PROXY_INVENTORY_LIST_H

/*
 * The inventory as the control socket tells it: sorted, without what a rule
 * of the policy in force names by now, and never longer than an answer may be.
 * Reads what workers wrote and believes none of it.
 */

enum {
	/* longest answer, a quarter of it for each kind; what does not fit
	   is counted as forgotten */
	INVENTORY_LIST_TEXT = 240 * 1024
};

struct inventory;
struct policy;

/*
 * One line of JSON, to be freed; NULL without memory. By kind, then the most
 * frequent first. In names all but printable ASCII is "\x" and two digits, a
 * backslash too; a name that was cut has "...". "category" is the one of the
 * policy for what nobody has looked at: unknown_cookie where that needs
 * consent.
 */
char *inventory_list(
    const struct inventory *inventory, const struct policy *policy);

#endif
