#compdef asyncmark
# Completes the commands, flags and values of asyncmark in zsh, as the program itself knows them. It is installed
# as _asyncmark in a folder of $fpath.
local -a found
found=(${(f)"$("${words[1]}" complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
if (( ${#found} )); then compadd -a found; else _files; fi
