"""Scripts that let a shell complete the command line of `recmock`. Once loaded, they start no program.

All of them follow the words to a place, such as ` clock advance`, and then offer what may stand there.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from mockserver.cli.completion_words import CompletedValue, Place

_CASES = r"""        case "$place $word" in
            @PLACES@) place="$place $word" ;;
        esac
    done
    case "$place|$previous" in
@VALUES@
        *)
            case $place in
@WORDS@
            esac
            ;;
    esac
"""
"""What the scripts for bash and zsh share: they follow the words to a place, and choose what may stand there."""
_BASH = (
    r"""# Completion of recmock in bash. To load it: source <(recmock completion bash)
_recmock() {
    local word place= current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words=
    if [[ $current == '=' ]]; then
        current=
    elif [[ $previous == '=' ]]; then
        previous=${COMP_WORDS[COMP_CWORD-2]}
    fi
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $word == -- ]]; then
            compopt -o default
            return
        fi
"""
    + _CASES
    + r"""    COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _recmock recmock
"""
)
_ZSH = (
    r"""#compdef recmock
# Completion of recmock in zsh. To load it, after compinit: source <(recmock completion zsh)
_recmock() {
    local word place= previous=$words[CURRENT-1]
    local -a found
    for word in ${words[2,CURRENT-1]}; do
        if [[ $word == -- ]]; then
            _files
            return
        fi
"""
    + _CASES
    + r"""    _describe recmock found
}
if [[ $funcstack[1] == _recmock ]]; then
    _recmock "$@"
else
    compdef _recmock recmock
fi
"""
)
_FISH = r"""# Completion of recmock in fish. To load it: recmock completion fish | source
function __recmock_at
    set -l place ''
    set -l words (commandline -opc)
    for word in $words[2..-1]
        switch "$place $word"
            case @PLACES@
                set place "$place $word"
        end
    end
    test "$place" = "$argv[1]"
end
complete -c recmock -f
@LINES@
"""
_POWERSHELL = r"""# Completion of recmock in PowerShell. To load it:
# recmock completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName recmock -ScriptBlock {
    param($current, $ast, $position)
    $words = @{
@WORDS@
    }
    $values = @{
@VALUES@
    }
    $before = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { "$_" })
    $place = ''
    foreach ($word in $before | Select-Object -Skip 1) {
        if ($words.ContainsKey("$place $word")) { $place = "$place $word" }
    }
    $key = "$place|$($before[-1])"
    $found = if ($values.ContainsKey($key)) { $values[$key] } else { $words[$place] }
    $found | Where-Object { $_ -like "$current*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
"""


def build_bash_script(places: Iterable[Place]) -> str:
    """Return the script for bash."""

    def offer(value: CompletedValue) -> str:
        files = "compopt -o default; " if value.is_file else ""
        return f'{files}words="{" ".join(value.words)}"'

    places = list(places)
    return _fill(
        _BASH,
        PLACES=_join_places(places, "|"),
        VALUES=_build_value_cases(places, offer),
        WORDS="\n".join(
            f'                "{_name(place)}") {offer(place.operand._replace(words=tuple(_list_words(place))))} ;;'
            for place in places
        ),
    )


def build_zsh_script(places: Iterable[Place]) -> str:
    """Return the script for zsh, which shows help texts."""

    def offer(value: CompletedValue) -> str:
        return f"{'_files; ' if value.is_file else ''}found=({' '.join(value.words)})"

    def describe(place: Place) -> str:
        words = (_quote(f"{word}:{text}" if text else word, "'\\''") for word, text in _list_words(place).items())
        return f"{'_files; ' if place.operand.is_file else ''}found=({' '.join(words)})"

    places = list(places)
    return _fill(
        _ZSH,
        PLACES=_join_places(places, "|"),
        VALUES=_build_value_cases(places, offer),
        WORDS="\n".join(f'                "{_name(place)}") {describe(place)} ;;' for place in places),
    )


def build_fish_script(places: Iterable[Place]) -> str:
    """Return the script for fish, which shows help texts."""
    places = list(places)
    lines = [line for place in places for line in _build_fish_lines(place)]
    return _fill(_FISH, PLACES=_join_places(places, " "), LINES="\n".join(lines))


def _build_fish_lines(place: Place) -> list[str]:
    start = f"complete -c recmock -n {_quote_fish(f'__recmock_at {_quote_fish(_name(place))}')}"
    lines = [f"{start} -a {name} -d {_quote_fish(text)}" for name, text in place.actions.items()]
    for flag in place.flags:
        value = flag.value
        takes = "" if value is None else " -r -F" if value.is_file else " -x"
        words = f" -a {_quote_fish(' '.join(value.words))}" if value is not None and value.words else ""
        lines.append(f"{start} -l {flag.name.removeprefix('--')}{takes}{words} -d {_quote_fish(flag.description)}")
    if place.operand.words:
        lines.append(f"{start} -a {_quote_fish(' '.join(place.operand.words))}")
    if place.operand.is_file:
        lines.append(f"{start} -F")
    return lines


def build_powershell_script(places: Iterable[Place]) -> str:
    """Return the script for PowerShell, which completes files itself if it is offered nothing."""

    def list_texts(words: Iterable[str]) -> str:
        return f"@({', '.join(map(_quote_powershell, words))})"

    places = list(places)
    values = {f"{_name(place)}|{flag.name}": flag.value.words for place in places for flag in place.flags if flag.value}
    return _fill(
        _POWERSHELL,
        WORDS="\n".join(f"        '{_name(place)}' = {list_texts(_list_words(place))}" for place in places),
        VALUES="\n".join(f"        '{key}' = {list_texts(words)}" for key, words in values.items()),
    )


SHELLS: Mapping[str, Callable[[Iterable[Place]], str]] = {
    "bash": build_bash_script,
    "zsh": build_zsh_script,
    "fish": build_fish_script,
    "powershell": build_powershell_script,
}


def _build_value_cases(places: Iterable[Place], offer: Callable[[CompletedValue], str]) -> str:
    """Return the cases of the flags that take a value. Those of a place that take the same are in one case."""
    lines = []
    for place in places:
        names: dict[CompletedValue, list[str]] = {}
        for flag in place.flags:
            if flag.value is not None:
                names.setdefault(flag.value, []).append(f'"{_name(place)}|{flag.name}"')
        lines += [f"        {'|'.join(keys)}) {offer(value)} ;;" for value, keys in names.items()]
    return "\n".join(lines)


def _list_words(place: Place) -> dict[str, str]:
    """Return what may stand at a place, with help texts: actions, words of operands, and flags."""
    flags = {flag.name: flag.description for flag in place.flags}
    return {**place.actions, **dict.fromkeys(place.operand.words, ""), **flags}


def _name(place: Place) -> str:
    return "".join(f" {word}" for word in place.path)


def _join_places(places: Iterable[Place], separator: str) -> str:
    return separator.join(f"'{_name(place)}'" for place in places if place.path)


def _quote(text: str, quote: str) -> str:
    return f"'{text.replace(chr(39), quote)}'"


def _quote_fish(text: str) -> str:
    return _quote(text.replace("\\", "\\\\"), "\\'")


def _quote_powershell(text: str) -> str:
    return _quote(text, "''")


def _fill(script: str, **texts: str) -> str:
    return re.sub(r"@([A-Z]+)@", lambda found: texts[found[1]], script)
