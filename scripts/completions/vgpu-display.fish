# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for vgpu-display. It reads the options from the help of vgpu-display, so
# this file need not change with them.

function __vgpu_display_domains
    set -l uri qemu:///system
    set -q LIBVIRT_DEFAULT_URI; and set uri $LIBVIRT_DEFAULT_URI
    set -l given (commandline -p | string match -rg -- '(?:-c|--connect)[ =](\S+)')
    test -n "$given"; and set uri $given[1]
    virsh -r -q -c $uri list --all --name 2>/dev/null | string match -r '.+'
end

function __vgpu_display_options
    vgpu-display --help | string replace -rf '^ .{0,5}(--[a-z-]+).*' '$1'
end

# Prints the candidates for the value of an option in the help.
function __vgpu_display_values
    set -l value (vgpu-display --help | string replace -rf -- "^.*$argv[1] ([A-Za-z0-9:|]+).*" '$1')[1]
    switch "$value"
        case '*|*'
            string split '|' -- $value
        case DOMAIN
            __vgpu_display_domains
        case URI
            printf '%s\n' qemu:///system qemu:///session
        case KEY
            printf '%s\n' Alt Ctrl PrintScreen Shift Super
        case DIR
            __fish_complete_directories
        case FILE SOCKET
            __fish_complete_path
        case '*'
            test -n "$value"
    end
end

function __vgpu_display_arguments
    set -l before (commandline -opc)[-1]
    test "$before" = -c; and set before --connect
    if string match -q -- '--*' $before; and __vgpu_display_values $before
        return
    end
    if string match -q -- '-*' (commandline -ct)
        __vgpu_display_options
    else
        __vgpu_display_domains
    end
end

complete -c vgpu-display -f -a '(__vgpu_display_arguments)'
