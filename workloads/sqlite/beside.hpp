#pragma once

#include <string>

namespace asyncmark::sqlite {

/// Whether the file is kept in WAL mode, as its header tells.
bool is_in_wal_mode(const std::string& path);

/// Whether a write was not finished: its journal is still there.
bool has_journal(const std::string& path);

/// Why this user may not have SQLite make or remove files beside the database: "the folder 'data'
/// cannot be written: Permission denied". Empty where it may.
std::string no_files_beside(const std::string& path);

/// Why this user may not have SQLite write one file beside the database, such as its '-wal',
/// be it there already or not. Empty where it may.
std::string no_file_beside(const std::string& path, const std::string& suffix);

}  // namespace asyncmark::sqlite
