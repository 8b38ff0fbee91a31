# Completes the commands, flags and values of asyncmark in bash, as the program itself knows them:
#   source scripts/completion.bash
# In zsh, before that: autoload -U +X bashcompinit && bashcompinit
_asyncmark() {
  mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _asyncmark asyncmark
