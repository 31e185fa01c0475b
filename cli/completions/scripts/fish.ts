/**
 * The script for fish, which quotes what it inserts.
 *
 * @module
 */

/** For `ferret completions fish | source`. */
export const FISH_SCRIPT = `# Completions of ferret for fish. Once:
#   ferret completions fish > ~/.config/fish/completions/ferret.fish

function __ferret_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l typed (commandline -ct)
    set -l lines (ferret __complete fish $words "$typed" 2>/dev/null </dev/null)
    set -l instructions (string split ' ' -- "$lines[1]")
    set -e lines[1]
    if contains -- command $instructions
        set -l at (contains -i -- -- $words)
        set -e words[1..$at]
        complete -C (string join ' ' -- (string escape -- $words) "$typed")
    else if contains -- files $instructions
        set -l option (string match -r -- '^--[^=]*=' "$typed")
        for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' "$typed"))
            printf '%s%s\\n' "$option" $path
        end
    else if set -q lines[1]
        printf '%s\\n' $lines
    end
end

complete -c ferret -e
complete -c ferret -f -k -a '(__ferret_complete)'
`;
