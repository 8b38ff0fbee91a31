#include "bench/results/finding_fields.hpp"

namespace asyncmark {

Json to_json(const std::vector<Finding>& findings) {
  return JsonValue<std::vector<Finding>>::write(findings);
}

}  // namespace asyncmark
