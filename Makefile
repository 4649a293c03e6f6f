# consentd: one Makefile; everything is built under build/$(MODE)
MODE       ?= release
B          := build/$(MODE)
G          := build/gen
PREFIX     ?= /usr/local
LIBDIR     ?= $(PREFIX)/lib
UNITDIR    ?= $(PREFIX)/lib/systemd/system
SYSCONFDIR ?= /etc
DESTDIR    ?=
OBJCOPY    ?= objcopy
PKGCONFIG  ?= pkg-config
TIME       ?= 60
LIB_PKGS   := libconfig libjwt libcrypto jansson libidn2 libpsl
PKGS       := $(LIB_PKGS) libevent libssl zlib libisal libbrotlidec libbrotlienc libzstd \
              libseccomp libsystemd libnghttp2 libpq

# a value worked out at its first use, so that help and deps need no compiler
lazy = $(eval $(1) := $(2))$($(1))
try  = $(shell printf 'int x;' | $(CC) -Werror $(1) -x c -c -o /dev/null - \
         2>/dev/null && echo '$(1)')

WARN = $(call lazy,WARN,-Wall -Wextra -Wpedantic -Wshadow -Wconversion \
  -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes \
  -Wold-style-definition -Wpointer-arith -Wcast-qual -Wcast-align \
  -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wnull-dereference \
  -Wimplicit-fallthrough -Wswitch-enum -Wframe-larger-than=16384 \
  $(call try,-Wduplicated-cond) $(call try,-Wlogical-op))
HARD = $(call lazy,HARD,-D_FORTIFY_SOURCE=2 -fstack-protector-strong \
  -fno-strict-overflow $(call try,-fstack-clash-protection) \
  $(call try,-fcf-protection=full) $(call try,-ftrivial-auto-var-init=zero))
LINK := -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
# the library's objects also go into a shared one, which exports by its headers
PLACE := -fPIE
SO   := -fPIC -fvisibility=hidden $(call try,-fno-semantic-interposition)
SANE := -g -fno-omit-frame-pointer -fno-sanitize-recover=all

release_FLAGS = -O2 -g $(HARD)
debug_FLAGS   = -O0 -g3 -Werror
# consentd is optimised as one; its objects serve other links, too. LTO= leaves
# it out, which spares some 15 seconds a link.
release_LTO   = $(call lazy,release_LTO,$(call try,-flto -ffat-lto-objects))
LTO           = $($(MODE)_LTO)
# the same objects in any folder: the assembler has to be told, too
WHOLE_LTO     = $(LTO) -frandom-seed=$* -Wa,--debug-prefix-map=$(CURDIR)=.
WHOLE_SRC     = $(if $(LTO),$(WHOLE_LTO))
asan_FLAGS    = -O1 -Werror $(SANE) -fsanitize=address,undefined
fuzz_FLAGS    = -O1 $(SANE) -fsanitize=fuzzer-no-link,address,undefined

# ours first; the caller's CPPFLAGS, CFLAGS and LDFLAGS come last and win.
# WERROR changes no object, so it stands outside of what FLAGS remembers.
CPP   = -D_GNU_SOURCE -Isrc -Iinclude $(CPPFLAGS)
# the folder of a build leaves no trace in it
SAME  = -ffile-prefix-map=$(CURDIR)=.
C     = -std=c11 $(WARN) $($(MODE)_FLAGS) \
        $(SAME) $(CFLAGS)
FLAGS = $(CC) $(CPP) $(PC_CFLAGS) $(C) -fPIE $(SO) $(WHOLE_SRC) $(LINK) $(LDFLAGS)
PC_CFLAGS = $(call lazy,PC_CFLAGS,$(shell $(PKGCONFIG) --cflags $(PKGS)))
PC_LIBS   = $(call lazy,PC_LIBS,$(shell $(PKGCONFIG) --libs $(PKGS)))
LIB_LIBS  = $(call lazy,LIB_LIBS,$(shell $(PKGCONFIG) --libs $(LIB_PKGS)))
APART     = -fno-lto
link      = $(CC) $(C) $(APART) -pie $(LINK) $(LDFLAGS) -o $@ $(filter %.o %.a,$^)
# tests are linked by the hundred, hence by a linker that takes a tenth of it
QUICK     = $(call lazy,QUICK,$(if $(shell command -v mold),-fuse-ld=mold))

# the library is the ground and the consent wing; the rest is the daemon. Others
# get it without the log: whoever writes that is the daemon.
LIB_DIRS := base web settings html policy consent audit
ABI      := 1
LIB_SRC  := $(wildcard $(LIB_DIRS:%=src/%/*.c))
CMD_SRC  := $(wildcard src/cmd/*.c)
DAE_SRC  := $(filter-out $(LIB_SRC) $(CMD_SRC),$(wildcard src/*/*.c))
UNIT     := $(wildcard tests/unit/*/*_test.c)
FUZZ     := $(wildcard tests/fuzz/*_fuzz.c)
TOOLS    := $(wildcard tests/tools/*.c)
NODE     := $(patsubst %/package-lock.json,%/node_modules/.package-lock.json,\
              $(wildcard tests/*/package-lock.json))

# files built into the programs: $(call files,DIR,GLOB) names them from DIR
files    = $(patsubst $(1)/%,%,$(sort $(wildcard $(addprefix $(1)/,$(2)))))
VENDORS  := $(call files,conf/vendors,*.conf)
NOTICES  := $(call files,conf/notices,*.conf *.css)
POLICIES := $(call files,conf,policy*.conf)
SCRIPTS  := $(call files,src/consent,*.min.js)
SCHEMA   := $(call files,conf/postgresql,*.sql)
PAGES    := $(call files,src/demo/pages,*.* */*.*)
LIB_GEN  := $(patsubst %,$(G)/embedded_%.c,vendors notices policies \
              scripts) $(G)/build_source.c
DAE_GEN  := $(G)/demo_pages.c $(G)/embedded_postgresql.c $(G)/report_style.c

obj      = $(patsubst %.c,$(B)/%.o,$(1))
CTL_SRC  := $(filter-out src/cmd/consentd.c,$(CMD_SRC))
PROGRAMS := $(patsubst src/cmd/%.c,$(B)/%,\
              $(wildcard src/cmd/consentd.c src/cmd/consentctl.c))
TESTS    := $(UNIT:%.c=$(B)/%)
FUZZERS  := $(FUZZ:%.c=$(B)/%)
RUNNERS  := $(TOOLS:tests/tools/%.c=$(B)/tests/%)
MANUALS  := $(addprefix $(B)/man/,$(patsubst man/%,%,$(patsubst %.in,%,\
              $(sort $(wildcard man/*)))))
COMPLETION := $(B)/completion/bash $(B)/completion/zsh
UNITS    := $(call files,conf,*.service *.socket)
# what is installed below PREFIX, besides the library and the units
to       = $(DESTDIR)$(PREFIX)
dirs     := bin share/bash-completion/completions \
              share/zsh/site-functions $(addprefix share/man/man,1 5 8)
LIBS     := $(B)/libdaemon.a $(B)/libconsent.a
SHARED   := $(B)/lib/libconsent.so.$(ABI)
OTHERS   := $(SHARED) $(B)/lib/libconsent.a $(B)/lib/libconsent.pc
LIB_OBJ   = $(call obj,$(LIB_SRC) $(LIB_GEN))
OUR_OBJ   = $(filter-out $(B)/src/audit/%,$(LIB_OBJ))
# a fresh machine gets its packages first, then make starts again
again    = +@$(MAKE) --no-print-directory \
             $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.PHONY: all deps demo test units programs lint format fuzz fuzzers large tamper \
        bench many-names alerts load-reload load-slow load-choices kill-points differential compare compare-notice axe guard docs \
        debug install install-library clean help manuals FORCE

all: $(PROGRAMS) $(OTHERS) $(RUNNERS) ## the programs and the library
	@:
deps: ## install what is missing, with apt-get
	@tools/deps build test lint
demo: ## build, then show consentd on a site of its own
	@tools/deps build
	$(again) all
	@exec $(B)/consentd --demo
test: ## every test; T=html/tokenizer narrows, MODE=asan sanitizes
	@tools/deps build test
	$(again) WERROR=-Werror all programs $(NODE)
	@tests/run $(B) $(T)
units: $(TESTS) # what a change is checked with before it lands
	@tests/run $(B) $(or $(T),unit/)
programs: $(TESTS) $(FUZZERS)
	@:
lint: ## style, borders of folders, contracts, static analysis
	@tools/deps build lint
	@LINT_FLAGS="-std=c11 $(CPP) $(PC_CFLAGS)" tests/lint/run
format: ## clang-format in place
	@tools/deps lint
	git ls-files '*.c' '*.h' | xargs clang-format -i
fuzz: ## build the fuzz targets with clang
	@tools/deps build lint
	$(again) MODE=fuzz CC=clang fuzzers
fuzzers: $(FUZZERS)
	@:
fuzz-%: fuzz ## fuzz-NAME TIME=60 runs one and keeps inputs that add cover
	@tests/fuzz/run $* $(TIME)
large: all ## a gigabyte each way through the proxy, memory watched
	tests/system/large.py $(B)
tamper: $(addprefix $(B)/tests/unit/audit/,tamper_test many_logs_test) ## each byte of a log changed; a thousand logs unharmed
	TAMPER=1 $(B)/tests/unit/audit/tamper_test
	LOGS=1000 $(B)/tests/unit/audit/many_logs_test
bench: all ## what it costs beside other proxies; ONLY=pages narrows
	@tools/deps bench
	@tests/bench/bench.py $(if $(ONLY),--only $(ONLY),--write) \
	    $(if $(PAGE),--page '$(PAGE)') $(if $(JSON),--json $(JSON)) $(B)
load-reload: all ## a minute of load over ten reloads and two kills
	tests/load/reload.py $(B)
.PHONY: sbom reproducible soak
sbom: all ## the bill of materials, as SPDX 2.3
	tools/sbom $(B) >$(B)/consentd.spdx.json
reproducible: ## the committed tree built twice elsewhere, compared
	tools/reproducible
soak: all ## half load for 30 minutes; MINUTES=45
	tests/load/soak.py --minutes $(or $(MINUTES),30) $(B)
load-choices: all $(B)/tests/http-load ## how many choices become durable in a second
	@tools/deps bench
	tests/load/choices.py $(B)
kill-points: all ## kill -9 at each call that writes to the log
	EVERY=1 BUILD=$(B) tests/system/kill_test.py
alerts: all ## each alert of conf/prometheus made to fire, by its fault
	@tools/deps test
	BUILD=$(B) tests/monitoring/alerts.py $(ALERT)
many-names: $(B)/tests/unit/proxy/inventory_test ## the inventory under a million names of each kind
	NAMES=1000000 $<
load-slow: all ## slow clients and ten thousand idle ones
	tests/load/slow.py $(B)
differential: ## thousands of real pages, trackers planted, against parse5
	@tools/deps build test differential
	$(again) all $(NODE)
	BUILD=$(B) node tests/differential/debian.mjs \
	    $(shell sed -n 's/^differential //p' tools/packages)
compare: ## the cases of framing against nginx and haproxy
	@tools/deps compare
	tests/system/compare
compare-notice: ## our notice beside others, in docs/NOTICE.md
	@tools/deps build test pictures
	$(again) all $(NODE)
	npm ci --prefix tests/browser/compare --no-audit --no-fund
	node tests/browser/compare/run.mjs
axe: all $(NODE) ## all that visitors see in every language and every view
	EVERY=1 BUILD=$(B) tests/browser/languages.test.mjs
manuals: $(MANUALS) $(COMPLETION) ## the manual pages and the completion of shells
	@:
docs: $(B)/tests/unit/conf/schema_test $(B)/consentctl ## write docs/CONFIG.md and docs/VENDORS.md
	@mkdir -p docs && UPDATE_DOCS=1 $< >/dev/null
	@UPDATE_DOCS=1 BUILD=$(B) tests/docs/vendors_test.py >/dev/null
debug: ## build with -O0 -g3
	$(again) MODE=debug all
install: $(PROGRAMS) install-library $(MANUALS) $(COMPLETION) ## into PREFIX, under DESTDIR
	install -d $(addprefix $(to)/,$(dirs)) \
	    $(DESTDIR)$(UNITDIR) $(DESTDIR)$(SYSCONFDIR)/consentd
	install $(PROGRAMS) $(to)/bin
	for n in 1 5 8; do \
	    install -m 644 $(B)/man/*.$$n $(to)/share/man/man$$n || exit; done
	for f in consentctl consentd; do install -m 644 $(B)/completion/bash \
	    $(to)/share/bash-completion/completions/$$f || exit; done
	install -m 644 $(B)/completion/zsh \
	    $(to)/share/zsh/site-functions/_consentctl
	for f in $(UNITS); do to=$(DESTDIR)$(UNITDIR)/$$f; \
	    install -m 644 conf/$$f $$to && sed -i \
	    's|@PREFIX@|$(PREFIX)|; s|@SYSCONFDIR@|$(SYSCONFDIR)|' $$to || exit; done
	for f in consentd.conf policy.conf; do \
	    to=$(DESTDIR)$(SYSCONFDIR)/consentd/$$f; [ -e $$to ] || { \
	    install -m 644 conf/$$f $$to && \
	    sed -i -f conf/installed.sed $$to; } || exit; done
install-library: $(OTHERS) ## libconsent alone: shared, static, headers
	install -d $(to)/include/libconsent $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 include/libconsent/*.h $(to)/include/libconsent
	install -m 644 $(SHARED) $(B)/lib/libconsent.a $(DESTDIR)$(LIBDIR)
	ln -sf $(notdir $(SHARED)) $(DESTDIR)$(LIBDIR)/libconsent.so
	install -m 644 $(B)/lib/libconsent.pc $(DESTDIR)$(LIBDIR)/pkgconfig
	sed -i 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|' \
	    $(DESTDIR)$(LIBDIR)/pkgconfig/libconsent.pc
.PHONY: packages package-check
packages: ## the Debian packages, in build/packages
	@tools/deps build package
	tools/package build/packages
package-check: all ## packages and the container file, tried on bare machines
	@tools/deps build package
	tests/deploy/machines.py build/machines
guard: $(NODE) ## the scripts of src/consent/*.js, without what is for people
	tests/browser/minify.mjs src/consent/guard.js src/consent/guard.min.js
	tests/browser/minify.mjs src/consent/stubs.js src/consent/stubs.min.js
	tests/browser/minify.mjs src/consent/consent.js src/consent/consent.min.js
	tests/browser/minify.mjs src/consent/consent_mode.js \
	    src/consent/consent_mode.min.js
clean: ## remove build/
	rm -rf build
help: ## this list
	@sed -n 's/^\([a-z%-]*\):.*## /\1\t/p' Makefile | expand -t 12

$(G)/embedded_vendors.c: tools/embed $(wildcard conf/vendors) $(VENDORS:%=conf/vendors/%)
	$(call say,GEN)tools/embed -C conf/vendors embedded_vendors $@ $(VENDORS)
$(G)/embedded_notices.c: tools/embed $(wildcard conf/notices) $(NOTICES:%=conf/notices/%)
	$(call say,GEN)tools/embed -C conf/notices embedded_notices $@ $(NOTICES)
$(G)/embedded_policies.c: tools/embed $(wildcard conf) $(POLICIES:%=conf/%)
	$(call say,GEN)tools/embed -C conf embedded_policies $@ $(POLICIES)
$(G)/embedded_scripts.c: tools/embed $(SCRIPTS:%=src/consent/%)
	$(call say,GEN)tools/embed -C src/consent embedded_scripts $@ $(SCRIPTS)
$(G)/embedded_postgresql.c: tools/embed $(wildcard conf/postgresql) \
    $(SCHEMA:%=conf/postgresql/%)
	$(call say,GEN)tools/embed -C conf/postgresql embedded_postgresql $@ \
	    $(SCHEMA)
$(G)/build_source.c: $(sort $(wildcard src/*/*.[ch] include/*/*.h) \
    $(SCRIPTS:%=src/consent/%) $(NOTICES:%=conf/notices/%))
	@mkdir -p $(@D)
	$(call say,GEN)sum=$$(cat $^ | sha256sum) && printf '%s\n' \
	    '#include "base/build.h"' '' \
	    "const char build_source[] = \"$${sum%% *}\";" >$@
$(G)/demo_pages.c: tools/embed $(wildcard src/demo/pages src/demo/pages/*) \
    $(PAGES:%=src/demo/pages/%)
	$(call say,GEN)tools/embed -C src/demo/pages demo_pages $@ $(PAGES)

$(G)/report_style.c: tools/embed src/report/report.css
	$(call say,GEN)tools/embed -C src/report report_style $@ report.css

# pages and completion say what the programs say of themselves
$(B)/man/%: man/%.in tools/manual $(B)/consentctl docs/CONFIG.md
	@mkdir -p $(@D)
	$(call say,GEN)tools/manual page $< $(B)/consentctl docs/CONFIG.md >$@
$(B)/man/%: man/%
	@mkdir -p $(@D)
	$(call say,GEN)cp $< $@
$(B)/completion/%: $(B)/consentctl
	@mkdir -p $(@D)
	$(call say,GEN)$(B)/consentctl completion $* >$@

# V=1 shows the commands, else one short line stands for each
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $@;)

$(B)/libconsent.a: $(LIB_OBJ)
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)
# for others: nothing but what the public headers declare can be linked to
$(SHARED): $(OUR_OBJ) src/libconsent.map
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(C) $(APART) -shared $(LINK) -Wl,--gc-sections $(LDFLAGS) \
	    -Wl,-soname,$(@F),--version-script=src/libconsent.map -o $@ \
	    $(filter %.o,$^) $(LIB_LIBS)
$(B)/lib/libconsent.a: $(OUR_OBJ)
	@mkdir -p $(@D)
	$(call say,AR)$(CC) $(APART) -r -nostdlib -o $(@:.a=.o) $^ && \
	    $(OBJCOPY) --localize-hidden -R '.gnu.*lto_*' $(@:.a=.o) && \
	    rm -f $@ && $(AR) rcs $@ $(@:.a=.o)
$(B)/lib/libconsent.pc: conf/libconsent.pc src/base/version.h
	@mkdir -p $(@D)
	$(call say,GEN)sed "s|@VERSION@|$$(sed -n 's/.*VERSION "\(.*\)"/\1/p' \
	    src/base/version.h)|; s|@REQUIRES@|$(LIB_PKGS)|" $< >$@
$(LIB_OBJ): PLACE = $(SO)
$(B)/libdaemon.a: $(call obj,$(DAE_SRC) $(DAE_GEN))
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)
# warnings of -Wnull-dereference are those of one file at a time
$(B)/consentd: APART = $(if $(LTO),-flto=auto -Wno-null-dereference,-fno-lto)
$(B)/consentd: $(B)/src/cmd/consentd.o $(LIBS)
	$(call say,LINK)$(link) $(PC_LIBS)
$(B)/consentctl: $(call obj,$(CTL_SRC)) $(LIBS)
	$(call say,LINK)$(link) $(PC_LIBS)
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(LIBS)
	$(call say,LINK)$(link) $(QUICK) $(PC_LIBS) -lcmocka
$(B)/tests/fuzz/%_fuzz: $(B)/tests/fuzz/%_fuzz.o $(LIBS) \
    $(if $(filter fuzz,$(MODE)),,$(B)/tests/fuzz/replay.o)
	$(call say,LINK)$(link) $(QUICK) $(PC_LIBS) \
	    $(if $(filter fuzz,$(MODE)),-fsanitize=fuzzer)
# these need the transport wing as well
$(B)/tests/demo-origin $(B)/tests/http-load $(B)/tests/bench-load \
    $(B)/tests/micro-bench: \
    $(B)/tests/%: $(B)/tests/tools/%.o $(LIBS)
	$(call say,LINK)$(link) $(QUICK) $(PC_LIBS)
# the other tools need the library alone: their link proves it whole
$(B)/tests/%: $(B)/tests/tools/%.o $(B)/libconsent.a
	$(call say,LINK)$(link) $(QUICK) $(PC_LIBS)
$(B)/src/%.o: WHOLE = $(WHOLE_SRC)
$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CPP) -MMD -MP $(PC_CFLAGS) $(C) $(PLACE) $(WHOLE) $(WERROR) -c -o $@ $<
# remembers the flags: other ones build everything again
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' >$@
tests/%/node_modules/.package-lock.json: tests/%/package-lock.json
	cd tests/$* && npm ci --no-audit --no-fund && \
	    touch node_modules/.package-lock.json

-include $(patsubst %.c,$(B)/%.d,$(wildcard src/*/*.c) $(UNIT) $(FUZZ) \
    $(TOOLS) tests/fuzz/replay.c)
