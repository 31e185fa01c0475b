/**
 * The script for zsh, which quotes what it inserts. It can be sourced, or lie
 * in a folder of `fpath` under the name `_ferret`.
 *
 * @module
 */

/** For `source <(ferret completions zsh)`. */
export const ZSH_SCRIPT = `#compdef ferret
# Completions of ferret for zsh. In ~/.zshrc, behind compinit:
#   source <(ferret completions zsh)

_ferret() {
  local typed=$PREFIX line value display
  local -a lines whole wholeShown open openShown
  integer at

  # Within single quotes a backslash is one.
  [[ $compstate[quote] == "'" ]] || typed=\${(Q)PREFIX}
  lines=("\${(@f)$(
    ferret __complete zsh "\${(@Q)words[2,CURRENT-1]}" "$typed" 2>/dev/null </dev/null
  )}")

  case " $lines[1] " in
    *" command "*)
      at=\${words[(i)--]}
      words=("\${(@)words[at+1,-1]}")
      (( CURRENT -= at ))
      _normal
      return
      ;;
    *" files "*)
      [[ $PREFIX == --*=* ]] && compset -P '*='
      _files
      return
      ;;
  esac

  for line in "\${(@)lines[2,-1]}"; do
    value=\${line%%$'\\t'*}
    display=$value
    [[ $line == *$'\\t'* ]] && display="\${(r:28:)value}  \${line#*$'\\t'}"
    (( $#value > 28 )) && [[ $line == *$'\\t'* ]] && display="$value  \${line#*$'\\t'}"
    display=\${display[1,COLUMNS-2]}
    if [[ $value == *[/=\\ ] ]]; then
      open+=("$value") openShown+=("$display")
    else
      whole+=("$value") wholeShown+=("$display")
    fi
  done
  (( $#whole + $#open )) || return 1
  (( $#whole )) && compadd -l -V ferret -d wholeShown -a whole
  (( $#open )) && compadd -l -V ferret-open -S '' -d openShown -a open
  return 0
}

if [[ $funcstack[1] == _ferret ]]; then
  _ferret "$@"
elif (( $+functions[compdef] )); then
  compdef _ferret ferret
fi
`;
