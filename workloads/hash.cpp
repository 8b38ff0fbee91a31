// Hashes a block of memory: work that needs a processor all the time, and never waits.

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark::hash_workload {
namespace {

/// An algorithm, and what it makes of "abc".
struct Algorithm {
  const char* name;
  const char* openssl_name;
  std::string_view of_abc;  ///< In hexadecimal.
};

/// The answers are those of the standards: FIPS 180-4 and 202 (with NIST's example values), RFC
/// 7693 (appendix A) and RFC 1321 (appendix A.5).
constexpr std::array kAlgorithms{
    Algorithm{"sha256", "SHA256",
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    Algorithm{"sha512", "SHA512",
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    Algorithm{"blake2b512", "BLAKE2B-512",
              "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
              "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"},
    Algorithm{"sha3-256", "SHA3-256",
              "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
    Algorithm{"md5", "MD5", "900150983cd24fb0d6963f7d28e17f72"},
};

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string hexadecimal(const Digest& digest, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

/// One client's context, used again for every operation.
class Hasher {
 public:
  /// Throws CaseError where OpenSSL does not have the algorithm, or has another answer than the
  /// standard.
  explicit Hasher(const Algorithm& algorithm)
      : kind_(EVP_MD_fetch(nullptr, algorithm.openssl_name, nullptr), EVP_MD_free),
        context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!kind_ || !context_)
      throw CaseError(fmt::format("OpenSSL has no {} on this machine", algorithm.name));
    size_ = static_cast<std::size_t>(EVP_MD_get_size(kind_.get()));
    Digest digest{};
    if (!hash("abc", digest) || hexadecimal(digest, size_) != algorithm.of_abc)
      throw CaseError(fmt::format("OpenSSL's {} gives a wrong answer", algorithm.name));
  }

  bool hash(std::string_view data, Digest& digest) {
    return EVP_DigestInit_ex2(context_.get(), kind_.get(), nullptr) == 1 &&
           EVP_DigestUpdate(context_.get(), data.data(), data.size()) == 1 &&
           EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1;
  }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> kind_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
  std::size_t size_ = 0;
};

/// What is hashed, and what comes of it.
struct Block {
  std::string data;
  Digest digest{};
};

class Session final : public BlockingSession {
 public:
  Session(const Algorithm& algorithm, const Block& block) : hasher_(algorithm), block_(block) {}

  Outcome call(std::uint64_t) override {
    Digest digest;
    if (!hasher_.hash(block_.data, digest)) return Outcome::failed("openssl");
    if (std::memcmp(digest.data(), block_.digest.data(), hasher_.size()) != 0)
      return Outcome::failed("wrong digest");
    return {};
  }

 private:
  Hasher hasher_;
  const Block& block_;
};

const Algorithm& algorithm_from(const OptionValues& options) {
  for (const auto& one : kAlgorithms)
    if (options.text("algorithm") == one.name) return one;
  throw UsageError("--algorithm: is not supported");  // Which the option itself refuses.
}

std::size_t size_from(const OptionValues& options) {
  const auto size = options.number("size");
  if (size < 1) throw UsageError("--size: must be at least 1B");
  const auto memory = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  if (size > memory / 2)
    throw UsageError(
        fmt::format("--size: {} is more than half of this machine's memory; give at "
                    "most {}",
                    exact_bytes(size), exact_bytes(memory / 2)));
  return static_cast<std::size_t>(size);
}

class Hash final : public Workload {
 public:
  explicit Hash(const OptionValues& options)
      : algorithm_(algorithm_from(options)), size_(size_from(options)) {}

  std::unique_ptr<BlockingSession> open_blocking() const override {
    return std::make_unique<Session>(algorithm_, block());
  }

 private:
  /// Made with the first session, for a workload that is only asked for its cost needs none.
  const Block& block() const {
    const std::scoped_lock lock(mutex_);
    if (block_.data.empty()) {
      block_.data.resize(size_);
      // No pattern that is worth a name: hashing takes as long whatever it is.
      for (std::size_t i = 0; i < size_; ++i) block_.data[i] = static_cast<char>(i * 131 >> 3);
      Hasher(algorithm_).hash(block_.data, block_.digest);
    }
    return block_;
  }

  const Algorithm& algorithm_;
  std::size_t size_;
  mutable std::mutex mutex_;
  mutable Block block_;
};

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& one : kAlgorithms) all.emplace_back(one.name);
  return all;
}

const bool registered = Registry<WorkloadEntry>::add({
    .name = "hash",
    .summary = "hashes a block of memory: needs CPU time and never waits",
    .options =
        {
            with_placeholder(choice_option("algorithm", names(), "hash algorithm"), "NAME"),
            size_option("size", 64 << 10, "bytes that an operation hashes"),
        },
    .make = [](const OptionValues& options,
               std::uint64_t) { return std::make_unique<Hash>(options); },
});

}  // namespace
}  // namespace asyncmark::hash_workload
