# SPDX-License-Identifier: GPL-2.0-or-later
#
# make [CC=gcc|clang] [SANITIZE=address,undefined|thread] [DEBUG=1]
# `make help` lists the targets.

VERSION = 0.1.0
PREFIX ?= /usr
SYSCONFDIR ?= /etc
BINDIR ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/vgpu
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share
UNITDIR ?= $(PREFIX)/lib/systemd/system
USERUNITDIR ?= $(PREFIX)/lib/systemd/user
UDEVDIR ?= $(PREFIX)/lib/udev/rules.d
# Debian's zsh looks for the completions of packages in a directory of its own.
ZSHDIR ?= $(DATADIR)/zsh/$(if $(and $(wildcard /etc/debian_version),$(filter /usr,$(PREFIX))),vendor-completions,site-functions)

ifeq ($(origin CC),default)
CC = gcc
endif
comma = ,
# Each compiler and sanitizer has its own build directory.
FLAVOUR = $(notdir $(CC))$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))
BUILD ?= build
O = $(BUILD)/$(FLAVOUR)

PKG_CONFIG ?= pkg-config
TOOL_PKGS = json-c libudev uuid
DOMAIN_PKGS = $(TOOL_PKGS) libvirt libxml-2.0
DISPLAY_PKGS = sdl2 wayland-client libvirt libxml-2.0 libsystemd epoxy libdrm libpng pangocairo \
	json-c uuid
SCANOUT_PKGS = libseccomp
ALL_PKGS = $(sort $(DOMAIN_PKGS) $(DISPLAY_PKGS) $(SCANOUT_PKGS))
TEST_PKGS = cmocka umockdev-1.0 x11

WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wwrite-strings -Wundef \
	-Wformat=2 -Wvla -Wimplicit-fallthrough -Wcast-align -Wnull-dereference
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -I. \
	-DVGPU_VERSION='"$(VERSION)"' -DVGPU_SYSCONFDIR='"$(SYSCONFDIR)"' \
	-DVGPU_LIBEXECDIR='"$(LIBEXECDIR)"' -DVGPU_BINDIR='"$(BINDIR)"' \
	-fstack-protector-strong -fPIE $(WARNINGS) $(WERROR) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(LDFLAGS)
# A new warning of a newer compiler must not stop a user's installation, so warnings are
# errors only in `make lint`, which sets WERROR=-Werror for both compilers.
WERROR ?=
ifneq ($(SANITIZE),)
ALL_CFLAGS += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
ALL_LDFLAGS += -fsanitize=$(SANITIZE)
else
ALL_CFLAGS += $(if $(findstring -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif

# pkg-config runs once, and only for targets that compile.
pkg_cflags = $(eval pkg_cflags := $$(shell $(PKG_CONFIG) --cflags $(ALL_PKGS)))$(pkg_cflags)
tool_libs = $(eval tool_libs := $$(shell $(PKG_CONFIG) --libs $(TOOL_PKGS)))$(tool_libs)
domain_libs = $(eval domain_libs := $$(shell $(PKG_CONFIG) --libs $(DOMAIN_PKGS)))$(domain_libs)
display_libs = $(eval display_libs := $$(shell $(PKG_CONFIG) --libs $(DISPLAY_PKGS)))$(display_libs)
scanout_libs = $(eval scanout_libs := $$(shell $(PKG_CONFIG) --libs $(SCANOUT_PKGS)))$(scanout_libs)
test_cflags = $(eval test_cflags := $$(shell $(PKG_CONFIG) --cflags $(TEST_PKGS)))$(test_cflags)
test_libs = $(eval test_libs := $$(shell $(PKG_CONFIG) --libs $(TEST_PKGS)))$(test_libs)

# The code of the programs is in static libraries, so that the tests link the same code.
# scripts/layers lists the folders and which folder may include from which.
sources = $(filter-out %/main.c,$(foreach folder,$(1),$(wildcard $(folder)/*.c)))
base_src = $(call sources,vgpu/base)
vgpu_src = $(call sources,vgpu/host vgpu/store vgpu/vgpus vgpu/doctor/* vgpu/create vgpu/commands)
xmlpatch_src = $(call sources,xmlpatch)
domain_src = $(call sources,vgpu/domain vgpu/domain-commands)
scanout_src = $(call sources,display/scanout)
display_src = $(call sources,$(addprefix display/,picture mailbox source draw window decide app))
unit_src = $(wildcard tests/unit/*/*.c)
tool_src = $(wildcard tests/tools/*.c)
objects = $(patsubst %.c,$(O)/%.o,$(1))

programs = $(O)/bin/vgpu $(O)/bin/vgpu-domain $(O)/bin/vgpu-display $(O)/bin/vgpu-scanout
unit_tests = $(patsubst tests/unit/%.c,$(O)/tests/unit/%,$(unit_src))
unit_shared = $(call objects,$(wildcard tests/unit/*.c))
test_tools = $(patsubst tests/tools/%.c,$(O)/tests/tools/%,$(tool_src)) \
	$(patsubst tests/preload/%.c,$(O)/tests/tools/%.so,$(wildcard tests/preload/*.c))
man_pages = $(patsubst %.scd,$(O)/man/%,$(notdir $(wildcard vgpu/*.scd display/*.scd display/scanout/*.scd))) \
	$(O)/man/vgpu-restore@.service.8

.PHONY: all check check-build test demo lab-shell lint bench soak fuzz install uninstall clean help deps
.DELETE_ON_ERROR:
.SECONDARY:

all: $(programs) $(man_pages)

help:
	@printf '%s\n' \
	'all        build vgpu, vgpu-display and the man pages (default)' \
	'demo       the main job, from a vGPU to a photograph of its window, in the lab' \
	'test       everything: sets itself up, then check and the lab (the longest)' \
	'check      unit and integration tests without the lab (minutes)' \
	'lab-shell  a shell in a virtual machine with vGPUs' \
	'lint       clang-format, clang-tidy, cppcheck, shellcheck, warnings as errors' \
	'bench      benchmarks, as ratios to the peer; build/bench.json has them' \
	'soak       10,000 vGPUs made and removed, a random walk of 5,000 steps (hours)' \
	'fuzz       fuzz targets (FUZZ_SECONDS=60 each; domain XML, listener 600)' \
	'install    to DESTDIR and PREFIX (default /usr); uninstall takes it back' \
	'clean      remove build/' \
	'' \
	'CC=gcc|clang  SANITIZE=address,undefined|thread  DESTDIR=  PREFIX='

deps:
	@scripts/deps build check

# V=1 prints the complete commands.
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
$(O)/libdomain.a: $(call objects,$(domain_src))
$(O)/libdisplay.a: $(call objects,$(display_src))
$(O)/libscanout.a: $(call objects,$(scanout_src))
$(O)/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	@$(say) AR $@
	$(Q)$(AR) rcs $@ $^

# vgpu is linked without libvirt and libxml2: loading them would take most of its run time.
$(O)/bin/vgpu: $(O)/vgpu/commands/main.o $(O)/libvgpu.a $(O)/libbase.a
	@mkdir -p $(@D)
	@$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(tool_libs)

$(O)/bin/vgpu-domain: $(O)/vgpu/domain-commands/main.o $(O)/libdomain.a $(O)/libvgpu.a $(O)/libxmlpatch.a $(O)/libbase.a
	@mkdir -p $(@D)
	@$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(domain_libs)

kept = $(if $(findstring address,$(SANITIZE)),$(O)/tests/sanitize/keep-libraries.o)

$(O)/bin/vgpu-display: $(O)/display/app/main.o $(kept) $(O)/libdisplay.a $(O)/libbase.a
	@mkdir -p $(@D)
	@$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(display_libs) -lm

# vgpu-scanout has privileges, so it contains as little code as possible.
$(O)/bin/vgpu-scanout: $(O)/display/scanout/main.o $(O)/libscanout.a $(O)/libbase.a
	@mkdir -p $(@D)
	@$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(scanout_libs)

$(unit_tests): $(O)/tests/unit/%: $(O)/tests/unit/%.o $(unit_shared) $(O)/libdisplay.a $(O)/libscanout.a $(O)/libdomain.a $(O)/libvgpu.a $(O)/libxmlpatch.a $(O)/libbase.a
	@$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(test_libs) $(display_libs) $(domain_libs) $(scanout_libs) -lm

$(O)/tests/tools/%: $(O)/tests/tools/%.o $(O)/libdisplay.a $(O)/libxmlpatch.a $(O)/libbase.a
	@$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(display_libs) -lX11 -lXfixes -lwayland-client -lm

# Libraries for LD_PRELOAD. They are built without sanitizers and other options, so that
# they can be loaded into every program.
$(O)/tests/tools/%.so: tests/preload/%.c
	@mkdir -p $(@D)
	@$(say) LD $@
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(WERROR) -O2 -g -fPIC -shared -o $@ $<

$(O)/man/%: vgpu/%.scd
	@mkdir -p $(@D)
	@$(say) MAN $@
	$(Q)scdoc <$< >$@

$(O)/man/%: display/%.scd
	@mkdir -p $(@D)
	@$(say) MAN $@
	$(Q)scdoc <$< >$@

$(O)/man/%: display/scanout/%.scd
	@mkdir -p $(@D)
	@$(say) MAN $@
	$(Q)scdoc <$< >$@

# This page has two names.
$(O)/man/vgpu-restore@.service.8:
	@mkdir -p $(@D)
	@echo '.so man8/vgpu-restore.service.8' >$@

-include $(wildcard $(O)/*/*.d $(O)/*/*/*.d $(O)/*/*/*/*.d)

# --- test ------------------------------------------------------------------

check-build: $(programs) $(unit_tests) $(test_tools)

# The last line of the output is: N passed, N failed, N skipped.
# In the fault tests, `make test` lets every system call of a command fail in turn; this
# target lets one in seven fail.
check: check-build
	@FAULT_STRIDE=$${FAULT_STRIDE:-7} tests/run --build $(O) check

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
	@scripts/deps build check lab bench
	@$(MAKE) --no-print-directory -s -j2 check-build
	@tests/bench/run

soak:
	@tests/lab/soak

fuzz:
	@tests/fuzz/run

# --- install ---------------------------------------------------------------

# One row for each file: source (in $(O) or the source tree), mode, destination. Both
# install and uninstall use these rows.
define installed
$(O)/bin/vgpu 755 $(BINDIR)/vgpu
$(O)/bin/vgpu-domain 755 $(LIBEXECDIR)/vgpu-domain
$(O)/bin/vgpu-display 755 $(BINDIR)/vgpu-display
$(O)/bin/vgpu-scanout 755 $(LIBEXECDIR)/vgpu-scanout
$(foreach m,$(man_pages),$(m) 644 $(MANDIR)/man$(subst .,,$(suffix $(m)))/$(notdir $(m))
)
$(foreach u,$(wildcard scripts/*.service scripts/*.socket),$(O)/$(u) 644 $(UNITDIR)/$(notdir $(u))
)
$(foreach u,$(wildcard scripts/user/*.service),$(O)/$(u) 644 $(USERUNITDIR)/$(notdir $(u))
)
$(foreach r,$(wildcard scripts/*.rules),$(O)/$(r) 644 $(UDEVDIR)/$(notdir $(r))
)
scripts/security/vgpu.apparmor 644 $(SYSCONFDIR)/apparmor.d/abstractions/libvirt-qemu.d/vgpu
$(O)/scripts/security/vgpu-scanout.cil 644 $(DATADIR)/vgpu/vgpu-scanout.cil
$(O)/scripts/libvirt-hook 755 $(SYSCONFDIR)/libvirt/hooks/qemu.d/vgpu
$(foreach c,$(wildcard scripts/completions/*.bash),$(c) 644 $(DATADIR)/bash-completion/completions/$(basename $(notdir $(c)))
)
$(foreach c,$(wildcard scripts/completions/*.fish),$(c) 644 $(DATADIR)/fish/vendor_completions.d/$(notdir $(c))
)
$(foreach c,$(wildcard scripts/completions/_*),$(c) 644 $(ZSHDIR)/$(notdir $(c))
)
endef
export installed

# These files contain installation paths, which are replaced with the configured ones.
placed = $(wildcard scripts/*.service scripts/user/*.service scripts/*.socket scripts/*.rules scripts/security/*.cil) scripts/libvirt-hook
.PHONY: $(placed)
$(O)/scripts/%: scripts/%
	@mkdir -p $(@D)
	@sed 's|/usr/bin/|$(BINDIR)/|g; s|/usr/libexec/vgpu/|$(LIBEXECDIR)/|g; s|/etc/mdevctl.d|$(SYSCONFDIR)/mdevctl.d|g' $< >$@

install: all $(patsubst %,$(O)/%,$(placed))
	@printf '%s\n' "$$installed" | while read -r src mode dst; do \
		[ -z "$$src" ] || { echo "  $(DESTDIR)$$dst"; install -D -m "$$mode" "$$src" "$(DESTDIR)$$dst"; } || exit 1; \
	done

uninstall:
	@printf '%s\n' "$$installed" | while read -r src mode dst; do \
		[ -z "$$src" ] || rm -fv "$(DESTDIR)$$dst"; \
	done

clean:
	rm -rf $(BUILD)
