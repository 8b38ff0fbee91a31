#include "workloads/postgres/dsn.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <string_view>

#include "bench/base/errors.hpp"
#include "workloads/postgres/plan.hpp"

namespace asyncmark::postgres {
namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

Options parse(const std::string& dsn, std::string& trouble) {
  char* message = nullptr;
  Options options(PQconninfoParse(dsn.c_str(), &message), PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> owner(message, PQfreemem);
  if (message) trouble = one_line(message);
  return options;
}

bool is_uri(std::string_view dsn) {
  return dsn.starts_with("postgresql://") || dsn.starts_with("postgres://");
}

bool may_hold_password(std::string dsn) {
  std::ranges::transform(dsn, dsn.begin(), [](unsigned char c) { return std::tolower(c); });
  return dsn.find('@') != dsn.npos || dsn.find("password") != dsn.npos;
}

/// Without what stands in quotes, but for single characters, which are of the syntax.
std::string without_quotations(const std::string& message) {
  std::string kept;
  for (std::size_t at = 0; at < message.size();) {
    const auto begin = std::min(message.find('"', at), message.size());
    kept.append(message, at, begin - at);
    if (begin == message.size()) break;
    const auto end = std::min(message.find('"', begin + 1), message.size());
    kept += end - begin == 2 ? message.substr(begin, 3) : "\"...\"";
    at = end + 1;
  }
  return kept;
}

/// libpq ends the part with the password at the first '@', and before the first '/'. What such a
/// character cuts off would become a host or a database, and be told to everybody.
bool is_cut_off(std::string_view uri) {
  uri = uri.substr(0, uri.find('?'));
  const auto authority = uri.find("://") + 3;
  const auto at = uri.find('@', authority);
  return at != uri.npos && (uri.find('@', at + 1) != uri.npos || uri.find('/', authority) < at);
}

/// What libpq would take, and the server then tell everybody; empty where it is in order.
std::string misplaced_in(const PQconninfoOption& first) {
  for (const auto* one = &first; one->keyword; ++one) {
    const std::string_view keyword = one->keyword, value = one->val ? one->val : "";
    if (keyword == "dbname" && value.find("://") != value.npos)
      return "the dbname is itself a URI; give that URI as --dsn";
    if (keyword == "user" && value.find(':') != value.npos)
      return "the user contains a ':'; give the password as password=..., or better in a "
             "password file";
    if (keyword == "port" && value.find_first_not_of("0123456789,") != value.npos)
      return "the port is not a number; in a URI the user and password come before an @";
  }
  return "";
}

}  // namespace

void check_dsn(const std::string& dsn) {
  if (is_uri(dsn) && is_cut_off(dsn))
    throw UsageError(
        "--dsn: more than one @, or a / before it; inside a user or password write @ as %40 and / "
        "as "
        "%2F");
  std::string trouble;
  if (const auto options = parse(dsn, trouble))
    trouble = misplaced_in(*options);
  else if (may_hold_password(dsn))
    trouble = without_quotations(trouble);
  if (!trouble.empty()) throw UsageError("--dsn: " + trouble);
}

std::string kept_to_socket(const std::string& dsn) {
  std::string trouble;
  const auto options = parse(dsn, trouble);
  bool names_socket = false;
  for (const auto* one = options.get(); one && one->keyword; ++one) {
    const std::string_view keyword = one->keyword;
    if (keyword == "host" && one->val && (one->val[0] == '/' || one->val[0] == '@'))
      names_socket = true;
    if (keyword == "hostaddr" && one->val) return dsn;
  }
  if (!names_socket) return dsn;
  // A value of its own, though it is empty, comes before that of the environment.
  if (!is_uri(dsn)) return dsn + " hostaddr=''";
  return dsn + (dsn.find('?') == dsn.npos ? '?' : '&') + "hostaddr=";
}

std::string shown_dsn(const std::string& dsn) {
  constexpr const char* kHidden = "***";
  if (dsn.empty()) return "";
  std::string trouble;
  const auto options =
      is_uri(dsn) && is_cut_off(dsn) ? Options{nullptr, PQconninfoFree} : parse(dsn, trouble);
  if (!options || !misplaced_in(*options).empty()) return kHidden;
  std::string shown;
  for (const auto* one = options.get(); one->keyword; ++one) {
    if (!one->val || one->val[0] == '\0') continue;
    const bool is_password = std::string_view(one->dispchar) == "*";
    shown += fmt::format("{}{}={}", shown.empty() ? "" : " ", one->keyword,
                         is_password ? kHidden : one->val);
  }
  return shown;
}

}  // namespace asyncmark::postgres
