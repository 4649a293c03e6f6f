#ifndef CONSENT_HTML_TOKENIZER_TAG_H
#define CONSENT_HTML_TOKENIZER_TAG_H

/*
 * The states of data and tags. Inside html/ only.
 */

#include "html/states.h"

/* 13.2.5.1 Data state */
tokenizer_state state_data;

/*
 * 13.2.5.8 Tag name state; t->end_tag says of which kind the tag is. The tag
 * ends with STATE_CLOSE.
 */
tokenizer_state state_tag_name;

#endif
