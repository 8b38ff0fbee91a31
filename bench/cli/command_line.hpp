#pragma once

namespace asyncmark {

/// The whole program: reads the command line, does what it says and gives the exit code.
int command_line(int argc, char** argv);

}  // namespace asyncmark
