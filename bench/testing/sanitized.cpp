#include "bench/testing/sanitized.hpp"

namespace asyncmark::testing {

#ifdef ASYNCMARK_SANITIZED
const bool kSanitized = true;
#else
const bool kSanitized = false;
#endif

}  // namespace asyncmark::testing
