#ifndef CONSENT_CMD_CTL_LOG_VKEY_H
#define CONSENT_CMD_CTL_LOG_VKEY_H

/*
 * log key [-c FILE]: the public keys of the log that a configuration names, to
 * be given to auditors: verifier keys, one a line, the newest last. Run by who
 * may read the keys; makes none. The arguments begin with the command's name.
 * Returns CTL_YES, CTL_NO (there is no key yet) or CTL_FAILED.
 */
int ctl_log_vkey(int argc, char **argv);

#endif
