#ifndef CONSENT_CMD_CTL_LOG_SHIP_H
#define CONSENT_CMD_CTL_LOG_SHIP_H

/* log ship: puts the entries of a log into a database, see report/ship. */

/*
 * The arguments begin with the command's name. Returns CTL_YES, CTL_NO (the
 * log, or what the database has of it, is wrong) or CTL_FAILED. A password in
 * the address is overwritten in argv.
 */
int ctl_log_ship(int argc, char **argv);

#endif
