#pragma once

#include <optional>
#include <string>

#include "bench/child/listed.hpp"
#include "bench/measure/measurement.hpp"
#include "bench/model/case.hpp"

namespace asyncmark {

/// Parent and child speak JSON: the case on the child's standard input, the report on descriptor 3,
/// the arrivals of an open loop (64-bit nanoseconds in the machine's byte order) on descriptor 4,
/// the window that the parent watches it through on descriptor 5, which only our own child knows to
/// use. docs/protocol.md says it for who writes a child in another language. Keys are only ever
/// added, with defaults, so a reader understands documents of its own version and of the one
/// before; unknown keys are passed over.
inline constexpr int kProtocol = 1;

/// The error of a report that is empty.
inline constexpr const char* kNoReport = "ended without a report";
inline constexpr int kReportDescriptor = 3;
inline constexpr int kArrivalsDescriptor = 4;
inline constexpr int kWindowDescriptor = 5;
inline constexpr int kScriptDescriptor = 6;  ///< See Program::text.

/// A child that hands back more has lost its way. Some four million operations listed one by one
/// take as much.
inline constexpr std::size_t kMostReported = std::size_t{128} << 20;

/// What a child hands back: a measurement, or in one line why there is none.
struct Report {
  Measurement measurement;
  std::string error;
  /// As its runner resolved the load where it ran; absent where a child does not tell.
  std::optional<Concurrency> how = {};
  /// The case as the child understood it, without secrets: what it does not know of the document
  /// that it was given is not in there. Null where it does not tell.
  Json understood = {};
  /// The passes' operations, where it lists them instead of having added them up.
  std::vector<Listed> operations = {};
  bool refused = false;  ///< Whether the error is the child's own words.
};

/// With how the runner of the case resolves its load.
std::string write_case(const Case& one);
/// Throws UsageError for what is not a case, or of a version that this build does not read.
Case read_case(const std::string& text);

std::string write_report(const Report& report);
/// Never throws: a document that is not a report becomes a report with an error. `told` is how the
/// case was to be carried out: what a "how" leaves out was so.
Report read_report(const std::string& text, const Concurrency& told = {});

}  // namespace asyncmark
