#include "bench/engine/recorder.hpp"

#include "bench/measure/measurement.hpp"

namespace asyncmark {

void add(Measurement& measurement, const Recorder& recorder) {
  measurement.service_time.merge(recorder.service_time);
  measurement.response_time.merge(recorder.response_time);
  measurement.loop.merge(recorder.loop);
  measurement.completed += recorder.completed();
  measurement.rows += recorder.rows;
  recorder.failures.for_each([&](std::string_view reason, std::uint64_t times) {
    measurement.add_failures(std::string(reason), times);
  });
}

}  // namespace asyncmark
