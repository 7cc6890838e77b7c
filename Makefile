# SPDX-License-Identifier: GPL-2.0-or-later
#
# make [CC=gcc|clang] [SANITIZE=address,undefined|thread] [DEBUG=1]
# `make help` lists the targets.

VERSION = 0.1.0
PREFIX ?= /usr
SYSCONFDIR ?= /etc
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share
UNITDIR ?= $(PREFIX)/lib/systemd/system
UDEVDIR ?= $(PREFIX)/lib/udev/rules.d
MODULESDIR ?= $(PREFIX)/lib/modules-load.d

ifeq ($(origin CC),default)
CC = gcc
endif
comma = ,
# Objects of different compilers and sanitizers live side by side.
FLAVOUR = $(notdir $(CC))$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))
BUILD ?= build
O = $(BUILD)/$(FLAVOUR)

PKG_CONFIG ?= pkg-config
TOOL_PKGS = libudev uuid libvirt json-c libxml-2.0
DISPLAY_PKGS = sdl2 libvirt libsystemd epoxy libdrm libpng
ALL_PKGS = $(sort $(TOOL_PKGS) $(DISPLAY_PKGS))
TEST_PKGS = cmocka umockdev-1.0

WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wwrite-strings -Wundef \
	-Wformat=2 -Wvla -Wimplicit-fallthrough -Wcast-align -Wnull-dereference
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -I. \
	-DVGPU_VERSION='"$(VERSION)"' -DVGPU_SYSCONFDIR='"$(SYSCONFDIR)"' \
	-fstack-protector-strong -fPIE $(WARNINGS) $(WERROR) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(LDFLAGS)
# A first warning in somebody's newer compiler must not stop their install;
# `make lint` sets WERROR=-Werror for both compilers.
WERROR ?=
ifneq ($(SANITIZE),)
ALL_CFLAGS += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
ALL_LDFLAGS += -fsanitize=$(SANITIZE)
else
ALL_CFLAGS += $(if $(findstring -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif

# Asked once, and only by the targets that compile.
pkg_cflags = $(eval pkg_cflags := $$(shell $(PKG_CONFIG) --cflags $(ALL_PKGS)))$(pkg_cflags)
tool_libs = $(eval tool_libs := $$(shell $(PKG_CONFIG) --libs $(TOOL_PKGS)))$(tool_libs)
display_libs = $(eval display_libs := $$(shell $(PKG_CONFIG) --libs $(DISPLAY_PKGS)))$(display_libs)
test_cflags = $(eval test_cflags := $$(shell $(PKG_CONFIG) --cflags $(TEST_PKGS)))$(test_cflags)
test_libs = $(eval test_libs := $$(shell $(PKG_CONFIG) --libs $(TEST_PKGS)))$(test_libs)

# Every folder is one library, so that tests link what the programs link.
base_src = $(wildcard vgpu/base/*.c)
vgpu_src = $(filter-out vgpu/main.c,$(wildcard vgpu/*.c))
xmlpatch_src = $(wildcard xmlpatch/*.c)
display_src = $(filter-out display/main.c,$(wildcard display/*.c))
unit_src = $(wildcard tests/unit/*.c)
tool_src = $(wildcard tests/tools/*.c)
objects = $(patsubst %.c,$(O)/%.o,$(1))
all_src = $(base_src) $(vgpu_src) $(xmlpatch_src) $(display_src) vgpu/main.c display/main.c

programs = $(O)/bin/vgpu $(O)/bin/vgpu-display
unit_tests = $(patsubst tests/unit/%.c,$(O)/tests/unit/%,$(filter tests/unit/test-%.c,$(unit_src)))
unit_shared = $(call objects,$(filter-out tests/unit/test-%.c,$(unit_src)))
test_tools = $(patsubst tests/tools/%.c,$(O)/tests/tools/%,$(tool_src))
man_pages = $(patsubst %.scd,$(O)/man/%,$(notdir $(wildcard vgpu/*.scd display/*.scd)))

.PHONY: all check check-build test demo lab-shell lint bench fuzz install uninstall clean help deps
.DELETE_ON_ERROR:
.SECONDARY:

all: $(programs) $(man_pages)

help:
	@printf '%s\n' \
	'all        build vgpu, vgpu-display and the man pages (default)' \
	'demo       the main job, from a vGPU to a photograph of its window, in the lab' \
	'test       everything: sets itself up, then check and the lab (about 10 minutes)' \
	'check      unit and integration tests without the lab (about a minute)' \
	'lab-shell  a shell in a virtual machine with vGPUs' \
	'lint       clang-format, clang-tidy, cppcheck, shellcheck, warnings as errors' \
	'bench      benchmarks, as ratios to the peer' \
	'fuzz       fuzz targets (FUZZ_SECONDS=60 for each)' \
	'install    to DESTDIR and PREFIX (default /usr); uninstall takes it back' \
	'clean      remove build/' \
	'' \
	'CC=gcc|clang  SANITIZE=address,undefined|thread  DESTDIR=  PREFIX='

deps:
	@scripts/deps build check

# V=1 shows the commands whole.
Q = $(if $(V),,@)
say = $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),:,printf '  %-4s %s\n')

# --- compile ---------------------------------------------------------------

$(O)/%.o: %.c
	@mkdir -p $(@D)
	@$(say) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) $(pkg_cflags) -MMD -MP -c -o $@ $<

$(O)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	@$(say) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) $(pkg_cflags) $(test_cflags) -MMD -MP -c -o $@ $<

$(O)/libbase.a: $(call objects,$(base_src))
$(O)/libvgpu.a: $(call objects,$(vgpu_src))
$(O)/libxmlpatch.a: $(call objects,$(xmlpatch_src))
$(O)/libdisplay.a: $(call objects,$(display_src))
$(O)/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	@$(say) AR $@
	$(Q)$(AR) rcs $@ $^

$(O)/bin/vgpu: $(O)/vgpu/main.o $(O)/libvgpu.a $(O)/libxmlpatch.a $(O)/libbase.a
	@mkdir -p $(@D)
	@$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(tool_libs)

$(O)/bin/vgpu-display: $(O)/display/main.o $(O)/libdisplay.a $(O)/libbase.a
	@mkdir -p $(@D)
	@$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(display_libs) $(tool_libs) -lm

$(O)/tests/unit/%: $(O)/tests/unit/%.o $(unit_shared) $(O)/libdisplay.a $(O)/libvgpu.a $(O)/libxmlpatch.a $(O)/libbase.a
	@$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(test_libs) $(display_libs) $(tool_libs) -lm

$(O)/tests/tools/%: $(O)/tests/tools/%.o $(O)/libdisplay.a $(O)/libxmlpatch.a $(O)/libbase.a
	@$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(display_libs) $(tool_libs) -lm

$(O)/man/%: vgpu/%.scd
	@mkdir -p $(@D)
	@$(say) MAN $@
	$(Q)scdoc <$< >$@

$(O)/man/%: display/%.scd
	@mkdir -p $(@D)
	@$(say) MAN $@
	$(Q)scdoc <$< >$@

-include $(wildcard $(O)/*/*.d $(O)/*/*/*.d)

# --- test ------------------------------------------------------------------

check-build: $(programs) $(unit_tests) $(test_tools)

# The runner ends with one line: N passed, N failed, N skipped.
check: check-build
	@tests/run --build $(O) check

test:
	@scripts/deps build check lab
	@$(MAKE) --no-print-directory -s -j2 check-build
	@$(MAKE) --no-print-directory -s -j2 SANITIZE=address,undefined check-build
	@tests/run --build $(O) check --build $(O)-address-undefined check lab

demo:
	@scripts/deps build lab
	@tests/lab/demo

lab-shell:
	@scripts/deps lab
	@tests/lab/run --shell

lint:
	@scripts/deps build check lint
	@scripts/lint

bench:
	@tests/bench/run

fuzz:
	@tests/fuzz/run

# --- install ---------------------------------------------------------------

# source (from $(O) or the tree), mode, destination: one row a file, used by
# install and uninstall alike.
define installed
$(O)/bin/vgpu 755 $(BINDIR)/vgpu
$(O)/bin/vgpu-display 755 $(BINDIR)/vgpu-display
$(foreach m,$(man_pages),$(m) 644 $(MANDIR)/man$(subst .,,$(suffix $(m)))/$(notdir $(m))
)
$(foreach u,$(wildcard scripts/*.service),$(O)/$(u) 644 $(UNITDIR)/$(notdir $(u))
)
$(foreach r,$(wildcard scripts/*.rules),$(O)/$(r) 644 $(UDEVDIR)/$(notdir $(r))
)
$(foreach c,$(wildcard scripts/completions/*.bash),$(c) 644 $(DATADIR)/bash-completion/completions/$(basename $(notdir $(c)))
)
$(foreach c,$(wildcard scripts/completions/_*),$(c) 644 $(DATADIR)/zsh/site-functions/$(notdir $(c))
)
endef
export installed

# Units and rules name the places that this install uses.
.PHONY: $(wildcard scripts/*.service scripts/*.rules)
$(O)/scripts/%: scripts/%
	@mkdir -p $(@D)
	@sed 's|/usr/bin/|$(BINDIR)/|g; s|/etc/mdevctl.d|$(SYSCONFDIR)/mdevctl.d|g' $< >$@

install: all $(patsubst %,$(O)/%,$(wildcard scripts/*.service scripts/*.rules))
	@printf '%s\n' "$$installed" | while read -r src mode dst; do \
		[ -z "$$src" ] || { echo "  $(DESTDIR)$$dst"; install -D -m "$$mode" "$$src" "$(DESTDIR)$$dst"; } || exit 1; \
	done

uninstall:
	@printf '%s\n' "$$installed" | while read -r src mode dst; do \
		[ -z "$$src" ] || rm -fv "$(DESTDIR)$$dst"; \
	done

clean:
	rm -rf $(BUILD)
