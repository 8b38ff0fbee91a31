#pragma once

namespace asyncmark {

/// Raises what the machine allows this process and those that it starts, where less is set than
/// anything here needs. Throws UsageError, naming the limit, where it may not.
void check_limits();

}  // namespace asyncmark
