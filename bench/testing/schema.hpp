#pragma once

#include <string>
#include <vector>

namespace asyncmark::testing {

/// Returns for each document of a JSON array how it violates a schema. Both are texts; the schema
/// is the path of a file. Takes Debian's python3-jsonschema, which needs half a second to start.
std::vector<std::vector<std::string>> violations(const std::string& documents,
                                                 const std::string& schema);

}  // namespace asyncmark::testing
