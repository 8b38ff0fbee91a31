# Completes the commands, flags and values of asyncmark in bash, as the program itself knows them:
#   source scripts/completion.bash
# It is installed where bash looks for it by itself; completion.zsh is the same for zsh.
_asyncmark() {
  mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _asyncmark asyncmark
