#include "bench/child/protocol.hpp"

#include <fmt/format.h>

#include "bench/base/errors.hpp"
#include "bench/model/runner_entry.hpp"

namespace asyncmark {
namespace {

/// Throws UsageError unless the document's version is this build's or the one before.
void check_version(const Json& json, const char* document) {
  const auto version = json.find("protocol");
  if (version == json.end() || !version->is_number_integer())
    throw UsageError(fmt::format("{}: \"protocol\" is missing; this build speaks version {}",
                                 document, kProtocol));
  const auto number = version->get<std::int64_t>();
  if (number > kProtocol || number < kProtocol - 1 || number < 1)
    throw UsageError(fmt::format("{}: speaks protocol {}; this build reads {}", document, number,
                                 kProtocol > 1 ? fmt::format("{} and {}", kProtocol - 1, kProtocol)
                                               : std::to_string(kProtocol)));
}

/// Throws UsageError, with where it goes wrong but without what stands there.
Json parsed(const std::string& text) {
  try {
    auto json = Json::parse(text);
    if (json.is_object()) return json;
  } catch (const Json::parse_error& error) {
    throw UsageError(
        error.byte > text.size()
            ? fmt::format("it is cut short: it ends at byte {}, in the midst of it", text.size())
            : fmt::format("it is not JSON: it goes wrong at byte {}", error.byte));
  }
  throw UsageError("it is JSON, but not an object");
}

/// All passes list their operations, or none does.
std::vector<Listed> listed_in(const Json& passes) {
  std::vector<Listed> all;
  for (const auto& pass : passes)
    if (pass.contains("operations")) all.push_back(listed_from_json(pass.at("operations")));
  if (!all.empty() && all.size() != passes.size())
    throw UsageError(
        fmt::format("{} of {} passes list their \"operations\"", all.size(), passes.size()));
  return all;
}

/// Reasons may hold any bytes; what is not UTF-8 is replaced, for JSON cannot carry it.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string write_case(const Case& one) {
  auto json = to_json(one, Secrets::told);
  json["protocol"] = kProtocol;
  const auto how = one.concurrency();
  json["how"] = to_json(how);
  // Our own children know by themselves how many sessions they have.
  if (runner_entry(one.runner).program) {
    const auto [ops, at_once] = warm_up_of(one.load, how, how.cap);
    json["load"]["warmup"] = ops;
    json["load"]["warmup_in_flight"] = at_once;
  }
  try {
    return json.dump();
  } catch (const Json::type_error&) {
    throw CaseError(
        "its case is not UTF-8, which documents hold nothing else than; TMPDIR names another "
        "folder for what is made for it");
  }
}

Case read_case(const std::string& text) {
  const auto json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) throw UsageError("case: the document is not JSON");
  if (!json.is_object()) throw UsageError("case: the document is not a JSON object");
  check_version(json, "case");
  return case_from_json(json);
}

std::string write_report(const Report& report) {
  Json json{{"protocol", kProtocol}};
  if (report.error.empty())
    json["measurement"] = to_json(report.measurement);
  else
    json["error"] = report.error;
  if (report.how) json["how"] = to_json(*report.how);
  if (!report.understood.is_null()) json["case"] = report.understood;
  return text_of(json);
}

Report read_report(const std::string& text, const Concurrency& told) {
  if (text.empty()) return {{}, kNoReport};
  try {
    const auto json = parsed(text);
    check_version(json, "report");
    if (const auto error = json.find("error"); error != json.end()) {
      const auto reason = error->get<std::string>();
      Report failed{{}, reason.empty() ? "failed without a reason" : reason};
      failed.refused = true;
      return failed;
    }
    if (!json.contains("measurement"))
      throw UsageError("it has neither a \"measurement\" nor an \"error\"");
    Report report{measurement_from_json(json.at("measurement")), ""};
    report.operations = listed_in(json.at("measurement").at("passes"));
    if (json.contains("how")) report.how = concurrency_from_json(json.at("how"), told);
    if (json.contains("case")) report.understood = json.at("case");
    return report;
  } catch (const std::exception& error) {
    return {{}, fmt::format("its report cannot be read: {}", error.what())};
  }
}

}  // namespace asyncmark
