#pragma once

#include <string>

namespace asyncmark {

/// `asyncmark new workload NAME`: writes a project for a workload of that name into a new folder
/// NAME here, which builds against an installed asyncmark, and says how. Throws UsageError for a
/// name that is none, or is taken, and where the folder exists or cannot be written.
int new_workload(const std::string& name);

}  // namespace asyncmark
