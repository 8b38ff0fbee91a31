#include "bench/os/placement.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>

#include "bench/base/errors.hpp"
#include "bench/base/split.hpp"
#include "bench/base/units.hpp"

namespace asyncmark {
namespace {

/// More than any kernel of today is built for.
constexpr unsigned kMostCpus = 65'536;

/// The kernel's own form of a set, with room for kMostCpus.
class Mask {
 public:
  explicit Mask(const Cpus& cpus = {}) {
    CPU_ZERO_S(size(), set_.get());
    for (const auto cpu : cpus) CPU_SET_S(cpu, size(), set_.get());
  }
  static std::size_t size() { return CPU_ALLOC_SIZE(kMostCpus); }
  cpu_set_t* get() const { return set_.get(); }
  Cpus cpus() const {
    Cpus all;
    for (unsigned cpu = 0; cpu < kMostCpus; ++cpu)
      if (CPU_ISSET_S(cpu, size(), set_.get())) all.push_back(cpu);
    return all;
  }

 private:
  struct Free {
    void operator()(cpu_set_t* set) const { CPU_FREE(set); }
  };
  std::unique_ptr<cpu_set_t, Free> set_{CPU_ALLOC(kMostCpus)};
};

Cpus parse_range(std::string_view range, std::string_view text, std::string_view what) {
  const auto dash = range.find('-');
  const auto number = [&](std::string_view digits) {
    if (digits.empty() || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
      throw UsageError(fmt::format(
          "{}: '{}' is not a list of processors; for example 0, 0-1 or 0,2-3", what, text));
    return static_cast<unsigned>(parse_count(digits, what, 0, kMostCpus - 1));
  };
  const auto first = number(range.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : number(range.substr(dash + 1));
  if (last < first) throw UsageError(fmt::format("{}: '{}' ends before it begins", what, range));
  Cpus cpus;
  for (auto cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
  return cpus;
}

/// Throws UsageError unless all are there.
void check_ours(const Cpus& cpus) {
  const auto ours = own_cpus();
  for (const auto cpu : cpus)
    if (!std::ranges::binary_search(ours, cpu))
      throw UsageError(fmt::format("--cpus: there is no processor {} to use; there are {}", cpu,
                                   list_text(ours)));
}

/// Those that the other side leaves; all where it leaves none.
Cpus rest(const Cpus& there, const Cpus& other) {
  Cpus left;
  std::ranges::set_difference(there, other, std::back_inserter(left));
  return left.empty() ? there : left;
}

}  // namespace

std::string list_text(const Cpus& cpus) {
  std::string text;
  for (std::size_t i = 0; i < cpus.size();) {
    auto end = i + 1;
    while (end < cpus.size() && cpus[end] == cpus[end - 1] + 1) ++end;
    text += fmt::format("{}{}", text.empty() ? "" : ",", cpus[i]);
    if (end - i > 1) text += fmt::format("-{}", cpus[end - 1]);
    i = end;
  }
  return text;
}

Cpus parse_cpus(std::string_view text, std::string_view what) {
  Cpus all;
  for (const auto& part : split(text, ',')) {
    const auto range = parse_range(part, text, what);
    all.insert(all.end(), range.begin(), range.end());
  }
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  return all;
}

std::string Placement::text() const {
  if (service.empty()) return list_text(client);
  return fmt::format("{}service={}",
                     client.empty() ? "" : fmt::format("client={},", list_text(client)),
                     list_text(service));
}

Placement Placement::apart(const Cpus& there) const {
  if (client.empty() && service.empty()) {
    const auto half = there.begin() + static_cast<std::ptrdiff_t>((there.size() + 1) / 2);
    const Cpus first(there.begin(), half);
    return {first, rest(there, first)};
  }
  return {client.empty() ? rest(there, service) : client,
          service.empty() ? rest(there, client) : service};
}

Placement Placement::parse(std::string_view text) {
  Placement placement;
  if (text.find('=') == std::string_view::npos) {
    placement.client = parse_cpus(text, "--cpus");
  } else {
    // A list has commas as well: a side reaches to the comma before the next side's name.
    for (std::size_t begin = 0; begin < text.size();) {
      const auto equals = text.find('=', begin);
      const auto next = text.find('=', equals + 1);
      const auto end = next == std::string_view::npos ? text.size() : text.rfind(',', next);
      const auto side = text.substr(begin, equals - begin);
      const bool whole = end != std::string_view::npos && end > equals;
      auto* into = side == "client"    ? &placement.client
                   : side == "service" ? &placement.service
                                       : nullptr;
      if (!whole || !into || !into->empty())
        throw UsageError(fmt::format(
            "--cpus: '{}' is not a list such as 0-1, client=LIST or client=LIST,service=LIST",
            text));
      *into = parse_cpus(text.substr(equals + 1, end - equals - 1), "--cpus");
      begin = end + 1;
    }
  }
  check_ours(placement.client);
  check_ours(placement.service);
  return placement;
}

Cpus own_cpus() {
  auto cpus = cpus_of(0);
  return cpus.empty() ? Cpus{0} : cpus;
}

Cpus cpus_of(int pid) {
  const Mask mask;
  return sched_getaffinity(pid, Mask::size(), mask.get()) == 0 ? mask.cpus() : Cpus{};
}

void keep_to(const Cpus& cpus) {
  const Mask mask(cpus);
  if (sched_setaffinity(0, Mask::size(), mask.get()) != 0)
    throw CaseError(fmt::format("--cpus: it could not be kept to {}: {}", list_text(cpus),
                                std::strerror(errno)));
  if (const auto given = own_cpus(); given != cpus)
    throw CaseError(fmt::format("--cpus: {} were asked for, the kernel gave {}", list_text(cpus),
                                list_text(given)));
}

KeptTo::KeptTo(const Cpus& cpus) {
  if (cpus.empty()) return;
  before_ = own_cpus();
  keep_to(cpus);
}

KeptTo::~KeptTo() {
  try {
    if (!before_.empty()) keep_to(before_);
  } catch (const CaseError&) {  // They were taken from us meanwhile.
  }
}

}  // namespace asyncmark
