#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "workloads/support/scrambled.hpp"

namespace asyncmark::sqlite {

/// What an operation does with the temporary database, in one statement whose parameter is a row.
struct Preset {
  const char* name;
  const char* sql;
};

inline constexpr std::array kPresets{
    Preset{"point-select", "SELECT value FROM item WHERE id = ?1"},
    Preset{"update", "UPDATE item SET value = value + 1 WHERE id = ?1"},
    Preset{"insert", "INSERT INTO item (value, payload) VALUES (?1, hex(zeroblob(42)))"},
};

/// Its only table, whose ids run from 0 to `rows` - 1: an account of pgbench's, by its columns and
/// their sizes.
inline constexpr const char* kSchema =
    "CREATE TABLE item (id INTEGER PRIMARY KEY, value INTEGER NOT NULL, payload TEXT NOT NULL)";

/// What a row takes on the disk at the most, its part of the inner pages included.
inline constexpr std::uint64_t kBytesPerRow = 128;

/// The row that operation `op` asks for: the same for every runner, and spread over all of them, or
/// rows that lie on one page would follow one another.
constexpr std::uint64_t row_of(std::uint64_t op, std::uint64_t seed, std::uint64_t rows) {
  return scrambled(seed * kOfSeeds + op * kOfNumbers) % rows;
}

/// Makes the database in a new file. Throws Error.
void make_temporary(const std::string& path, std::uint64_t rows);

}  // namespace asyncmark::sqlite
