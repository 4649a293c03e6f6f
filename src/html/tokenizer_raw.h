#ifndef CONSENT_HTML_TOKENIZER_RAW_H
#define CONSENT_HTML_TOKENIZER_RAW_H

/*
 * The states of text that only its own end tag, t->name, ends. Inside html/
 * only.
 */

#include "html/states.h"

/* 13.2.5.2, .3 RCDATA state, RAWTEXT state */
tokenizer_state state_rcdata;

/* 13.2.5.4 Script data state */
tokenizer_state state_script_data;

/* 13.2.5.5 PLAINTEXT state; never ends */
tokenizer_state state_plaintext;

#endif
