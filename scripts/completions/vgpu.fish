# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for vgpu. It reads the commands and options from vgpu's help, so this
# file need not change with them.

# Prints a member of vgpu's JSON output. It does not need jq.
function __vgpu_json
    vgpu $argv[2..] --json 2>/dev/null | string replace -rf "^ *\"$argv[1]\": *\"([^\"]*)\",?\$" '$1'
end

function __vgpu_commands
    vgpu --help | string replace -rf '^  ([a-z][a-z-]*) +(.*)$' '$1\t$2'
    printf '%s\t%s\n' help 'show how a command is used'
end

# Matches the value of an option in the help: a word in capitals, or the words to choose from.
set -g __vgpu_value '[A-Z][A-Z|:.-]*|[a-z]+\|[a-z|]+'

# Prints the candidates for such a value.
function __vgpu_values
    switch $argv[1]
        case P
            __vgpu_json parent types
        case T
            __vgpu_json type types
        case U 'UUID*'
            __vgpu_json uuid list --brief
        case DOMAIN
            virsh list --all --name 2>/dev/null | string match -r '.+'
        case URI
            printf '%s\n' qemu:///system qemu:///session
        case DIR
            __fish_complete_directories
        case 'FILE*' PATH
            __fish_complete_path
        case '*|*'
            string split '|' -- $argv[1]
    end
end

function __vgpu_arguments
    set -l words (commandline -opc)
    set -l help (vgpu help $words[2] 2>/dev/null)
    if test "$words[2]" = help
        __vgpu_commands
        return
    end
    if string match -q -- '--*' $words[-1]
        set -l value (string replace -rf "^  $words[-1] ($__vgpu_value) .*" '$1' -- $help)
        if test -n "$value"
            __vgpu_values $value
            return
        end
    end
    if string match -q -- '-*' (commandline -ct)
        string replace -rf "^  (--[a-z-]+)( (?:$__vgpu_value))? +(.*)\$" '$1\t$3' -- $help
        printf '%s\t%s\n' --help 'show how to use it'
        return
    end
    # The operands in the usage line: all words except options in brackets. An operand may
    # be optional.
    set -l usage (string replace -ra '\[--[^]]*\]' '' -- $help[1])
    for word in (string split ' ' -- $usage)
        __vgpu_values (string replace -ra '[][|]' '' -- $word)
    end
end

complete -c vgpu -f
complete -c vgpu -n __fish_use_subcommand -a '(__vgpu_commands)'
complete -c vgpu -n __fish_use_subcommand -a '--help --version'
complete -c vgpu -n 'not __fish_use_subcommand' -a '(__vgpu_arguments)'
