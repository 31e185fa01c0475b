/**
 * The script for bash. Ferret gets the line as it is typed and answers with
 * what bash is to insert, so that the script has nothing to quote; it works
 * without the package bash-completion, and from bash 3.2 of macOS on.
 *
 * @module
 */

/** For `eval "$(ferret completions bash)"`. */
export const BASH_SCRIPT = `# Completions of ferret for bash. In ~/.bashrc:
#   eval "$(ferret completions bash)"

_ferret() {
  local line instructions='' at
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $instructions ]]; then
      instructions=$line
    else
      COMPREPLY[\${#COMPREPLY[@]}]=$line
    fi
  done < <(
    ferret __complete bash "$COMP_WORDBREAKS" "\${COMP_TYPE:-9}" "\${COLUMNS:-80}" \\
      "\${COMP_LINE:0:$COMP_POINT}" 2>/dev/null </dev/null
  )
  case " $instructions " in
    *" command "*)
      at=1
      while [[ $at -lt $COMP_CWORD && \${COMP_WORDS[at]} != -- ]]; do at=$((at + 1)); done
      at=$((at + 1))
      if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$at"
      elif declare -F _command_offset >/dev/null; then
        _command_offset "$at"
      elif [[ $COMP_CWORD -eq $at ]]; then
        while IFS= read -r line; do
          COMPREPLY[\${#COMPREPLY[@]}]=$line
        done < <(compgen -c -- "\${COMP_WORDS[COMP_CWORD]}")
      fi
      ;;
    *" files "*) ;; # What is empty here bash fills by itself.
    *) compopt +o default +o bashdefault 2>/dev/null ;;
  esac
  case " $instructions " in *" nospace "*) compopt -o nospace 2>/dev/null ;; esac
}

complete -o bashdefault -o default -o nosort -F _ferret ferret 2>/dev/null ||
  complete -o bashdefault -o default -F _ferret ferret
`;
