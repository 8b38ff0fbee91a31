#include "bench/run/result_keeper.hpp"

#include "bench/checks/checks.hpp"
#include "bench/results/result_writer.hpp"

namespace asyncmark {

ResultKeeper::ResultKeeper(const std::string& path, ResultSet& set) : set_(set) {
  if (!path.empty()) file_.emplace(path, "--out");
}

bool ResultKeeper::keep(bool at_end) {
  const auto begun = Clock::now();
  if (!file_ || (!at_end && !(file_->is_regular() && pace_.is_due(begun)))) return true;
  set_.findings = check(set_.context, set_.results);
  const bool written = file_->write(result_document(set_));
  pace_.done(begun, Clock::now());
  return written;
}

}  // namespace asyncmark
