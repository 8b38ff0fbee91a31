asyncmark_library(NAME sqlite PACKAGE SQLite3 TARGET SQLite::SQLite3 DEBIAN libsqlite3-dev HEADER sqlite3.h
                  VERSION sqlite3_libversion\(\))
