#ifndef CONSENT_BASE_ABI_H
#define CONSENT_BASE_ABI_H

/*
 * How linkers see the library: each function and object of these headers has
 * consent_ before the name that it has here, so that it meets no other's in
 * a process of many parts. Nothing else is exported. A program may as well
 * write the long names. Headers that declare any include this.
 */

/* Around declarations: they are C also where C++ reads them, and exported. */
#ifdef __cplusplus
#define CONSENT_BEGIN                                                          \
	extern "C" {                                                           \
	_Pragma("GCC visibility push(default)")
#define CONSENT_END                                                            \
	_Pragma("GCC visibility pop")                                          \
	}
#else
#define CONSENT_BEGIN _Pragma("GCC visibility push(default)")
#define CONSENT_END _Pragma("GCC visibility pop")
#endif

#define again_write consent_again_write
#define buf_append consent_buf_append
#define buf_append_byte consent_buf_append_byte
#define buf_clear consent_buf_clear
#define buf_drain consent_buf_drain
#define buf_fini consent_buf_fini
#define buf_init consent_buf_init
#define buf_printf consent_buf_printf
#define buf_reserve consent_buf_reserve
#define buf_span consent_buf_span
#define buf_take consent_buf_take
#define cookie_filter consent_cookie_filter
#define cookie_next consent_cookie_next
#define cookie_walk_init consent_cookie_walk_init
#define csp_edit consent_csp_edit
#define csp_for consent_csp_for
#define csp_free consent_csp_free
#define csp_new consent_csp_new
#define csp_next_narrowing consent_csp_next_narrowing
#define csp_write consent_csp_write
#define embed_ask consent_embed_ask
#define embed_rule consent_embed_rule
#define embed_show consent_embed_show
#define embed_side consent_embed_side
#define embed_write_query consent_embed_write_query
#define expiry_known consent_expiry_known
#define expiry_sent consent_expiry_sent
#define expiry_write consent_expiry_write
#define finding_kind_id consent_finding_kind_id
#define finding_kind_summary consent_finding_kind_summary
#define findings_error consent_findings_error
#define findings_fini consent_findings_fini
#define findings_fix consent_findings_fix
#define findings_fix_string consent_findings_fix_string
#define findings_init consent_findings_init
#define findings_level_name consent_findings_level_name
#define findings_print consent_findings_print
#define findings_sort consent_findings_sort
#define findings_wanted consent_findings_wanted
#define findings_warn consent_findings_warn
#define gate_advertising consent_gate_advertising
#define gate_asks consent_gate_asks
#define gate_cookie consent_gate_cookie
#define gate_grants_all consent_gate_grants_all
#define gate_inline consent_gate_inline
#define gate_is_gpc consent_gate_is_gpc
#define gate_open consent_gate_open
#define gate_parsed_url consent_gate_parsed_url
#define gate_request consent_gate_request
#define gate_url consent_gate_url
#define gate_varies consent_gate_varies
#define gate_write_granted consent_gate_write_granted
#define guard_free consent_guard_free
#define guard_hash consent_guard_hash
#define guard_left consent_guard_left
#define guard_new consent_guard_new
#define guard_write consent_guard_write
#define host_add_field consent_host_add_field
#define host_admit consent_host_admit
#define host_edit_field consent_host_edit_field
#define host_find_page consent_host_find_page
#define host_free consent_host_free
#define host_gate consent_host_gate
#define host_leave consent_host_leave
#define host_new consent_host_new
#define host_page consent_host_page
#define host_read_field consent_host_read_field
#define host_write consent_host_write
#define notice_at consent_notice_at
#define notice_cookies consent_notice_cookies
#define notice_cookies_json consent_notice_cookies_json
#define notice_count consent_notice_count
#define notice_facts consent_notice_facts
#define notice_failed consent_notice_failed
#define notice_in consent_notice_in
#define notice_insert consent_notice_insert
#define notice_pick consent_notice_pick
#define notice_preferences consent_notice_preferences
#define notice_set_free consent_notice_set_free
#define notice_set_new consent_notice_set_new
#define page_at consent_page_at
#define page_count_state consent_page_count_state
#define page_counted consent_page_counted
#define page_counts_add consent_page_counts_add
#define page_counts_init consent_page_counts_init
#define page_free consent_page_free
#define page_has_body consent_page_has_body
#define page_new consent_page_new
#define page_write consent_page_write
#define place_within consent_place_within
#define policy_category consent_policy_category
#define policy_facts consent_policy_facts
#define policy_find_cookie consent_policy_find_cookie
#define policy_find_host consent_policy_find_host
#define policy_find_inline consent_policy_find_inline
#define policy_find_inline_essential consent_policy_find_inline_essential
#define policy_find_request consent_policy_find_request
#define policy_find_url consent_policy_find_url
#define policy_free consent_policy_free
#define policy_is_sensitive consent_policy_is_sensitive
#define policy_load consent_policy_load
#define policy_method_of consent_policy_method_of
#define record_action_name consent_record_action_name
#define record_action_of consent_record_action_of
#define record_decide consent_record_decide
#define record_decided consent_record_decided
#define record_decides consent_record_decides
#define record_granted consent_record_granted
#define record_grants consent_record_grants
#define record_via_name consent_record_via_name
#define seal_check consent_seal_check
#define seal_ring_add consent_seal_ring_add
#define seal_ring_algorithm consent_seal_ring_algorithm
#define seal_ring_checker consent_seal_ring_checker
#define seal_ring_clear consent_seal_ring_clear
#define seal_ring_count consent_seal_ring_count
#define seal_ring_drop_private consent_seal_ring_drop_private
#define seal_ring_free consent_seal_ring_free
#define seal_ring_jwks consent_seal_ring_jwks
#define seal_ring_kid consent_seal_ring_kid
#define seal_ring_new consent_seal_ring_new
#define seal_ring_open consent_seal_ring_open
#define seal_sign consent_seal_sign
#define set_cookie_parse consent_set_cookie_parse
#define setting_at consent_setting_at
#define setting_bool consent_setting_bool
#define setting_count consent_setting_count
#define setting_int consent_setting_int
#define setting_line consent_setting_line
#define setting_member consent_setting_member
#define setting_name consent_setting_name
#define setting_name_place consent_setting_name_place
#define setting_place consent_setting_place
#define setting_string consent_setting_string
#define setting_type consent_setting_type
#define setting_type_name consent_setting_type_name
#define settings_free consent_settings_free
#define settings_load consent_settings_load
#define settings_parse consent_settings_parse
#define settings_root consent_settings_root
#define sink_into consent_sink_into
#define sink_nowhere consent_sink_nowhere
#define sink_write consent_sink_write
#define span_cut consent_span_cut
#define span_ends consent_span_ends
#define span_equal consent_span_equal
#define span_equal_nocase consent_span_equal_nocase
#define span_find consent_span_find
#define span_of consent_span_of
#define span_search consent_span_search
#define span_starts consent_span_starts
#define span_starts_nocase consent_span_starts_nocase
#define span_sub consent_span_sub
#define span_to_u64 consent_span_to_u64
#define span_trim consent_span_trim
#define status_text consent_status_text
#define stubs_hash consent_stubs_hash
#define stubs_may_stand consent_stubs_may_stand
#define token_checker_checks consent_token_checker_checks
#define token_checker_forget consent_token_checker_forget
#define token_checker_free consent_token_checker_free
#define token_checker_new consent_token_checker_new
#define token_checker_pick consent_token_checker_pick
#define token_checker_read consent_token_checker_read
#define token_cookie_name consent_token_cookie_name
#define token_delete_cookie consent_token_delete_cookie
#define token_issuer consent_token_issuer
#define token_mint consent_token_mint
#define token_read consent_token_read
#define token_set_cookie consent_token_set_cookie
#define url_domain_allows consent_url_domain_allows
#define url_host_canonical consent_url_host_canonical
#define url_host_is_below consent_url_host_is_below
#define url_is_on_site consent_url_is_on_site
#define url_origin_equal consent_url_origin_equal
#define url_parse consent_url_parse
#define url_registrable_domain consent_url_registrable_domain
#define url_same_site consent_url_same_site
#define url_write consent_url_write
#define url_write_origin consent_url_write_origin
#define url_write_target consent_url_write_target

#endif
