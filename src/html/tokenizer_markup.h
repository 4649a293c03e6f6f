#ifndef CONSENT_HTML_TOKENIZER_MARKUP_H
#define CONSENT_HTML_TOKENIZER_MARKUP_H

/*
 * The states of markup declarations: comments, doctypes, CDATA sections. Their
 * end is told by STATE_CLOSE. Inside html/ only.
 */

#include "html/states.h"

/* 13.2.5.42 Markup declaration open state; the window starts with "<!" */
tokenizer_state state_markup_declaration;

/* 13.2.5.41 Bogus comment state; t->body says where its data begins */
tokenizer_state state_bogus_comment;

/* 13.2.5.69 CDATA section state */
tokenizer_state state_cdata;

#endif
