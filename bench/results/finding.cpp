#include "bench/results/finding.hpp"

namespace asyncmark {

Json to_json(const std::vector<Finding>& findings) {
  auto json = Json::array();
  for (const auto& one : findings)
    json.push_back({{"code", one.code},
                    {"cases", one.cases},
                    {"sentence", one.sentence},
                    {"evidence", one.evidence},
                    {"remedy", one.remedy}});
  return json;
}

}  // namespace asyncmark
