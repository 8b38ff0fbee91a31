// Where libpq would look for a server, by every spelling that it knows.

#include "workloads/postgres/hosts.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/os/scratch.hpp"
#include "workloads/postgres/dsn.hpp"

namespace asyncmark::postgres::hosts_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

/// Has variables of the environment, and none other that libpq heeds for hosts, for as long as it
/// lives.
class Environment {
 public:
  explicit Environment(std::map<std::string, std::string> wanted) {
    for (const auto* name : {"PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGSERVICEFILE"}) {
      if (const char* value = std::getenv(name)) before_[name] = value;
      unsetenv(name);
      if (wanted.contains(name)) setenv(name, wanted[name].c_str(), 1);
    }
  }
  ~Environment() {
    for (const auto* name : {"PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGSERVICEFILE"}) {
      unsetenv(name);
      if (before_.contains(name)) setenv(name, before_[name].c_str(), 1);
    }
  }

 private:
  std::map<std::string, std::string> before_;
};

/// A file with the services `far` and `near`.
class Services {
 public:
  Services() {
    std::ofstream(path()) << "[far]\nhost=db.example\nhostaddr=192.0.2.7\n[near]\nhost=/tmp\n";
  }
  std::string path() const { return folder_.path() + "/services"; }

 private:
  Scratch folder_;
};

TEST(PostgresHosts, AreThoseOfTheDsn) {
  const Environment none({});
  EXPECT_THAT(hosts_of(""), ElementsAre(Host{"", ""}));
  EXPECT_THAT(hosts_of("host=db"), ElementsAre(Host{"db", ""}));
  EXPECT_THAT(hosts_of("hostaddr=192.0.2.7"), ElementsAre(Host{"", "192.0.2.7"}));
  EXPECT_THAT(hosts_of("host=db hostaddr=::1"), ElementsAre(Host{"db", "::1"}));
  EXPECT_THAT(hosts_of("postgresql://me:secret@db:5433/name"), ElementsAre(Host{"db", ""}));
  EXPECT_THAT(hosts_of("postgresql://a:1,b:2/name"), ElementsAre(Host{"a", ""}, Host{"b", ""}));
  EXPECT_THAT(hosts_of("host=a,, hostaddr=,192.0.2.7,"),
              ElementsAre(Host{"a", ""}, Host{"", "192.0.2.7"}, Host{"", ""}));
}

/// An address with its port, or the path of a socket.
std::string text_of(const sockaddr_storage& address) {
  const auto* any = reinterpret_cast<const sockaddr*>(&address);
  if (address.ss_family == AF_UNIX) {
    const auto* path = reinterpret_cast<const sockaddr_un&>(address).sun_path;
    return path[0] == '\0' ? "@" + std::string(path + 1) : path;
  }
  char host[NI_MAXHOST], port[NI_MAXSERV];
  const auto size = address.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  EXPECT_EQ(getnameinfo(any, static_cast<socklen_t>(size), host, sizeof host, port, sizeof port,
                        NI_NUMERICHOST | NI_NUMERICSERV),
            0);
  return fmt::format("{} {}", host, port);
}

std::vector<std::string> addresses(const std::string& dsn) {
  std::vector<std::string> all;
  for (const auto& address : addresses_on_this_machine(dsn)) all.push_back(text_of(address));
  return all;
}

TEST(PostgresHosts, HaveAddressesOnThisMachine) {
  const Environment none({});
  EXPECT_THAT(addresses("host=127.0.0.1"), ElementsAre("127.0.0.1 5432"));
  EXPECT_THAT(addresses("postgresql://me@[::1]:5433/name"), ElementsAre("::1 5433"));
  EXPECT_THAT(addresses("host=db.example hostaddr=127.0.0.2 port=15432"),
              ElementsAre("127.0.0.2 15432"));
  EXPECT_THAT(addresses("host=127.0.0.1,127.0.0.2 port=1,2"),
              ElementsAre("127.0.0.1 1", "127.0.0.2 2"));
  EXPECT_THAT(addresses("host=127.0.0.1,/tmp port=7"),
              ElementsAre("127.0.0.1 7", "/tmp/.s.PGSQL.7"));
  EXPECT_THAT(addresses("host=@folder"), ElementsAre("@folder/.s.PGSQL.5432"));
  EXPECT_THAT(addresses(""), ElementsAre(EndsWith("/.s.PGSQL.5432")));
}

TEST(PostgresHosts, HaveNoAddressWhereOneMayBeElsewhere) {
  const Environment none({});
  for (const auto* dsn : {"host=192.0.2.7", "host=127.0.0.1 hostaddr=192.0.2.7",
                          "host=127.0.0.1,192.0.2.7", "host=no-such-host.invalid"})
    EXPECT_THAT(addresses(dsn), IsEmpty()) << dsn;
}

TEST(PostgresHosts, HaveThePortOfTheEnvironment) {
  const Environment set({{"PGHOST", "/tmp/a"}, {"PGPORT", "15432"}});
  EXPECT_THAT(addresses("dbname=x"), ElementsAre("/tmp/a/.s.PGSQL.15432"));
}

TEST(PostgresHosts, AreThoseOfTheEnvironmentWhereTheDsnNamesNone) {
  const Environment set({{"PGHOST", "db"}, {"PGHOSTADDR", "192.0.2.7"}});
  EXPECT_THAT(hosts_of("user=me"), ElementsAre(Host{"db", "192.0.2.7"}));
  EXPECT_THAT(hosts_of("host=here"), ElementsAre(Host{"here", "192.0.2.7"})) << "as libpq has it";
  EXPECT_THAT(hosts_of("hostaddr=127.0.0.1"), ElementsAre(Host{"db", "127.0.0.1"}));
  for (const auto* dsn : {"host=/tmp", "postgresql:///name?host=/tmp"})
    EXPECT_THAT(hosts_of(kept_to_socket(dsn)), ElementsAre(Host{"/tmp", ""})) << dsn;
}

TEST(PostgresHosts, AreThoseOfAServiceFile) {
  const Services services;
  const Environment set({{"PGSERVICEFILE", services.path()}, {"PGSERVICE", "near"}});
  EXPECT_THAT(hosts_of("service=far"), ElementsAre(Host{"db.example", "192.0.2.7"}));
  EXPECT_THAT(hosts_of("postgresql:///?service=far"), ElementsAre(Host{"db.example", "192.0.2.7"}));
  EXPECT_THAT(hosts_of(""), ElementsAre(Host{"/tmp", ""}));
  EXPECT_THAT(hosts_of("service=far hostaddr=127.0.0.1"),
              ElementsAre(Host{"db.example", "127.0.0.1"}));
  EXPECT_THAT([] { hosts_of("service=nowhere"); },
              ThrowsMessage<UsageError>(HasSubstr("--dsn: definition of service \"nowhere\"")));
}

TEST(PostgresHosts, ThatLibpqWouldNotTakeAreRefusedInItsWords) {
  const Environment none({});
  EXPECT_THAT([] { hosts_of("host=a,b port=1,2,3"); },
              ThrowsMessage<UsageError>(HasSubstr("--dsn: could not match 3 port numbers")));
}

void expect_here(const std::string& dsn) { EXPECT_NO_THROW(check_is_here(dsn)) << dsn; }

void expect_elsewhere(const std::string& dsn, const std::string& words = "") {
  EXPECT_THAT(
      [&] { check_is_here(dsn); },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("'192.0.2.7'"), HasSubstr(words),
                                      HasSubstr(" is not this machine; add --allow-remote"))))
      << dsn;
}

TEST(PostgresHosts, ThatAreNotThisMachineAreRefusedInEverySpelling) {
  {
    const Environment none({});
    for (const auto* dsn :
         {"", "host=/tmp", "host=127.0.0.1", "host=localhost", "hostaddr=127.0.0.1",
          "host=db.example hostaddr=127.0.0.1", "host=localhost,127.0.0.1 port=1,2",
          "host=@abstract", "postgresql://[::1]/name"})
      expect_here(dsn);
    for (const auto* dsn : {"host=192.0.2.7", "hostaddr=192.0.2.7", "host=/tmp hostaddr=192.0.2.7",
                            "host=localhost hostaddr=192.0.2.7", "postgresql://192.0.2.7/name",
                            "postgresql:///name?hostaddr=192.0.2.7"})
      expect_elsewhere(dsn, "the server '");
    expect_elsewhere("host=localhost,192.0.2.7", "of several hosts '");
    expect_elsewhere("host=/tmp,/tmp hostaddr=,192.0.2.7", "of several hosts '");
    EXPECT_THAT([] { check_is_here("host=no.such.host.invalid"); },
                ThrowsMessage<UsageError>(HasSubstr("--dsn: the host name")));
  }
  const Services services;
  for (const auto& variables : {std::map<std::string, std::string>{{"PGHOST", "192.0.2.7"}},
                                {{"PGHOSTADDR", "192.0.2.7"}},
                                {{"PGSERVICEFILE", services.path()}, {"PGSERVICE", "far"}}}) {
    const Environment set(variables);
    expect_elsewhere("user=me", ", which PGHOST, PGHOSTADDR or a service file names,");
  }
}

}  // namespace
}  // namespace asyncmark::postgres::hosts_test
