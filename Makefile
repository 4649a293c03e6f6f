# consentd: one Makefile; everything is built under build/$(MODE)
MODE      ?= release
B         := build/$(MODE)
G         := build/gen
PREFIX    ?= /usr/local
DESTDIR   ?=
PKGCONFIG ?= pkg-config
PKGS      := libevent libconfig libjwt libcrypto jansson zlib libidn2 libpsl

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
        -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
        -Wpointer-arith -Wcast-qual -Wcast-align -Wwrite-strings -Wundef \
        -Wvla -Wformat=2 -Wnull-dereference -Wimplicit-fallthrough \
        -Wswitch-enum -Wframe-larger-than=16384
try   = $(shell printf 'int x;' | $(CC) -Werror $(1) -x c -c -o /dev/null - \
          2>/dev/null && echo '$(1)')
HARD := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fno-strict-overflow \
        -fPIE $(call try,-fstack-clash-protection) \
        $(call try,-fcf-protection=full) \
        $(call try,-ftrivial-auto-var-init=zero)
LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed

release_FLAGS := -O2 -g $(HARD)
debug_FLAGS   := -O0 -g3 -Werror -fPIE
asan_FLAGS    := -O1 -g -Werror -fno-omit-frame-pointer -fPIE \
                 -fsanitize=address,undefined -fno-sanitize-recover=all
fuzz_FLAGS    := -O1 -g -fPIE -fno-sanitize-recover=all \
                 -fsanitize=fuzzer-no-link,address,undefined

# ours first; the caller's CPPFLAGS, CFLAGS and LDFLAGS come last and win
CPP = -D_GNU_SOURCE -Isrc -Iinclude -MMD -MP $(CPPFLAGS)
C   = -std=c11 $(WARN) $($(MODE)_FLAGS) $(CFLAGS)

PC_CFLAGS = $(eval PC_CFLAGS := $$(shell $(PKGCONFIG) --cflags $(PKGS)))$(PC_CFLAGS)
PC_LIBS   = $(eval PC_LIBS := $$(shell $(PKGCONFIG) --libs $(PKGS)))$(PC_LIBS)

# the library is the ground and the consent wing; the rest is the daemon
LIB_DIRS := base web settings html policy consent audit
LIB_SRC  := $(wildcard $(LIB_DIRS:%=src/%/*.c))
CMD_SRC  := $(wildcard src/cmd/*.c)
DAE_SRC  := $(filter-out $(LIB_SRC) $(CMD_SRC),$(wildcard src/*/*.c))
UNIT     := $(wildcard tests/unit/*/*_test.c)
FUZZ     := $(wildcard tests/fuzz/*_fuzz.c)
TOOLS    := $(wildcard tests/tools/*.c)

# files built into the programs: $(call files,DIR,GLOB) names them from DIR
files    = $(patsubst $(1)/%,%,$(sort $(wildcard $(addprefix $(1)/,$(2)))))
VENDORS  := $(call files,conf/vendors,*.conf)
NOTICES  := $(call files,conf/notices,*.conf)
POLICIES := $(call files,conf,policy*.conf)
PAGES    := $(call files,src/demo/pages,*.* */*.html)
LIB_GEN  := $(patsubst %,$(G)/embedded_%.c,vendors notices policies)
DAE_GEN  := $(G)/demo_pages.c

LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o) $(LIB_GEN:%.c=$(B)/%.o)
DAE_OBJ := $(DAE_SRC:%.c=$(B)/%.o) $(DAE_GEN:%.c=$(B)/%.o)
TESTS   := $(UNIT:%.c=$(B)/%)
FUZZERS := $(FUZZ:%.c=$(B)/%)
RUNNERS := $(TOOLS:tests/tools/%.c=$(B)/tests/%)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.PHONY: all test units clean

all: $(B)/libconsent.a $(RUNNERS)
units: $(TESTS)
test: all units
	prove -e '' $(TESTS)
clean:
	rm -rf build

$(G)/embedded_vendors.c: tools/embed $(wildcard conf/vendors) $(VENDORS:%=conf/vendors/%)
	tools/embed -C conf/vendors embedded_vendors $@ $(VENDORS)
$(G)/embedded_notices.c: tools/embed $(wildcard conf/notices) $(NOTICES:%=conf/notices/%)
	tools/embed -C conf/notices embedded_notices $@ $(NOTICES)
$(G)/embedded_policies.c: tools/embed conf $(POLICIES:%=conf/%)
	tools/embed -C conf embedded_policies $@ $(POLICIES)
$(G)/demo_pages.c: tools/embed $(wildcard src/demo/pages src/demo/pages/*) \
    $(PAGES:%=src/demo/pages/%)
	tools/embed -C src/demo/pages demo_pages $@ $(PAGES)

$(B)/libconsent.a: $(LIB_OBJ)
	rm -f $@ && $(AR) rcs $@ $^
$(B)/libdaemon.a: $(DAE_OBJ)
	rm -f $@ && $(AR) rcs $@ $^
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/libdaemon.a $(B)/libconsent.a
	$(CC) $(C) $(LINK) $(LDFLAGS) -o $@ $^ $(PC_LIBS) -lcmocka
$(B)/tests/demo-origin: $(B)/tests/tools/demo-origin.o $(B)/libdaemon.a \
    $(B)/libconsent.a
	$(CC) $(C) $(LINK) $(LDFLAGS) -o $@ $^ $(PC_LIBS)
$(B)/tests/%: $(B)/tests/tools/%.o $(B)/libconsent.a
	$(CC) $(C) $(LINK) $(LDFLAGS) -o $@ $^ $(PC_LIBS)
$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPP) $(PC_CFLAGS) $(C) -c -o $@ $<

-include $(patsubst %.c,$(B)/%.d,$(wildcard src/*/*.c) $(UNIT) $(FUZZ) $(TOOLS))
