#include "bench/cli/command_line.hpp"

int main(int argc, char** argv) { return asyncmark::command_line(argc, argv); }
