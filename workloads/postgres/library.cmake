asyncmark_library(NAME libpq PACKAGE PostgreSQL TARGET PostgreSQL::PostgreSQL DEBIAN libpq-dev HEADER libpq-fe.h
                  VERSION "std::to_string(PQlibVersion() / 10000) + '.' + std::to_string(PQlibVersion() % 10000)")
